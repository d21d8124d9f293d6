using System.Collections.Concurrent;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;
using HpdCds.Tests.Cards;

namespace HpdCds.Tests.SecondReading;

/// <summary>
/// The clinical model was read twice, by two who did not see each other's work. Every number of both must agree on a hundred
/// thousand random charts, from single results to the card; the tables are the shipped ones.
/// </summary>
public sealed class SecondReadingTests(ITestOutputHelper output)
{
    private const int Charts = 100_000;
    private const int Seed = 20_261_120;

    private static readonly KnowledgeBase Knowledge = KnowledgeLoader.Load(RichPatient.Overlay);
    private static readonly DrugRecognition Drugs = new(Knowledge.Codes, Knowledge.Drugs, Knowledge.Terms);
    private static readonly PatientFactsReader Reader = new(Knowledge, Drugs);

    [Fact]
    [Trait("Req", "RSP-05")]
    public void Two_independent_readings_of_the_model_agree_on_a_hundred_thousand_charts()
    {
        var counts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var differing = new ConcurrentBag<(Given Given, string[] Differences)>();
        Parallel.For(0, Charts, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, at =>
        {
            var given = GivenPatients.Of(Seed + at);
            var expected = Verdict.On(given);
            foreach (var key in (string[])[Outcome(expected), "card " + expected.Card])
                counts.AddOrUpdate(key, 1, (_, count) => count + 1);
            if (Comparison.Differences(given, expected, Read(given)) is { Length: > 0 } differences)
                differing.Add((given, differences));
        });

        output.WriteLine(FormattableString.Invariant($"{Charts} charts compared, seed {Seed}"));
        foreach (var (key, count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            output.WriteLine(FormattableString.Invariant($"{count,7} {key}"));
        Assert.True(differing.IsEmpty, Told([.. differing]));
    }

    private static string Outcome(Verdict verdict) => verdict.OutOfScope
        ?? (verdict.Model is null ? "no tumour" : verdict.Assessable ? $"{verdict.Model} {verdict.BandLow}..{verdict.BandHigh}" : $"{verdict.Model} not assessable");

    private static PatientReading Read(Given given)
    {
        var orders = GivenChart.Orders(given);
        return Reader.Read(GivenChart.Of(given), Drugs.Of(orders, [], []), orders, new EhrReading(TimeZoneInfo.Utc, HasNoEncounterDiagnoses: false), GivenChart.AsOf);
    }

    // The kinds of difference, each with the smallest chart that shows it.
    private static string Told(List<(Given Given, string[] Differences)> differing)
    {
        var kinds = differing.GroupBy(one => one.Differences[0]).OrderByDescending(group => group.Count()).Take(10).Select(group =>
        {
            var smallest = Smallest.Of(
                group.MinBy(one => Smallest.Weight(one.Given)).Given,
                given => Comparison.Differences(given, Verdict.On(given), Read(given)).FirstOrDefault() == group.Key);
            return FormattableString.Invariant($"{group.Count()} x {group.Key}\n  {Smallest.Told(smallest)}");
        });
        return FormattableString.Invariant($"{differing.Count} charts differ.\n{string.Join('\n', kinds)}");
    }

    private static class Comparison
    {
        public static string[] Differences(Given given, Verdict expected, PatientReading reading)
        {
            var found = new List<string>();
            void Same(string what, object? second, object? product)
            {
                if (!Equals(second, product))
                    found.Add($"{what}: second reading {second ?? "nothing"}, product {product ?? "nothing"}");
            }

            var outside = reading switch
            {
                { IsChild: true } => "child",
                { Exposure: Exposure.Recent or Exposure.Earlier } => "continuation",
                { IsPerioperative: true } => "perioperative",
                { IsHaematological: true } => "haematological",
                _ => null,
            };
            Same("out of scope", expected.OutOfScope, outside);
            if (outside is not null || expected.OutOfScope is not null)
                return [.. found];
            var table = reading.TumourReason is null ? Knowledge.ModelFor(reading.Tumour) : null;
            Same("model", expected.Model, table?.Model.Id);
            if (table is null || found.Count > 0)
                return [.. found];
            if (Assessed(table, reading, out var assessment) is { } thrown)
                return [thrown];
            Rows(expected, assessment, Same);
            Totals(expected, table, assessment, Same);
            Context(given, expected, assessment, Same);
            return [.. found];
        }

        // Whoever asks for a card must not get an exception: one here is the worst of all differences.
        private static string? Assessed(ModelTable table, PatientReading reading, out RiskAssessment assessment)
        {
            assessment = null!;
            try
            {
                assessment = RiskAssessment.Of(table.Model, reading.Factors);
                return null;
            }
            catch (InvalidOperationException thrown)
            {
                return $"the product threw: {thrown.Message}";
            }
        }

        private static void Rows(Verdict expected, RiskAssessment assessment, Action<string, object?, object?> same)
        {
            var core = assessment.Factors.Where(row => row.Factor.Levels.Any(level => level.Points > 0)).ToArray();
            same("scored rows", string.Join(' ', expected.Lines.Select(line => line.Id)), string.Join(' ', core.Select(row => row.Factor.Id)));
            foreach (var (line, row) in expected.Lines.Zip(core))
            {
                same($"{line.Id} points", $"{line.Low}..{line.High}", $"{row.Points.Low}..{row.Points.High}");
                same($"{line.Id} state", line.State, Kebab.Case(row.State.ToString()));
                same($"{line.Id} reason", line.Reason?.ToString(), row.Reason?.ToString());
                same($"{line.Id} core", line.Core, row.Factor.IsCore);
                same($"{line.Id} tier", line.Tier, row.Factor.Tier == Tier.AMinus ? "A-" : row.Factor.Tier.ToString());
            }
        }

        private static void Totals(Verdict expected, ModelTable table, RiskAssessment assessment, Action<string, object?, object?> same)
        {
            same("assessable", expected.Assessable, assessment.IsAssessable);
            same("card", expected.Card, Situations.Of(assessment) switch { Situation.None => "none", Situation.Warning => "warning", _ => "info" });
            if (table.HasReviewLens)
                same("review", $"{expected.Present} present, {expected.Undecided} undecided of 7", $"{assessment.Review.Present} present, {assessment.Review.Unknown} undecided of {assessment.Review.Features}");
            var score = table.RoyalMarsdenOf(assessment);
            same("Royal Marsden", expected.RoyalMarsden?.ToString(), score is { } range ? (range.Low, range.High).ToString() : null);
            if (!expected.Assessable || !assessment.IsAssessable)
                return;
            same("points", $"{expected.Low}..{expected.High}", $"{assessment.Points.Low}..{assessment.Points.High}");
            same("band", $"{expected.BandLow}..{expected.BandHigh}", Kebab.Case(assessment.Band.Low.ToString()) + ".." + Kebab.Case(assessment.Band.High.ToString()));
            same("settles", expected.Settles, assessment.Settles);
        }

        private static void Context(Given given, Verdict expected, RiskAssessment assessment, Action<string, object?, object?> same)
        {
            foreach (var (id, met) in FactorSheet.Context(given))
                same($"{id} met", met, assessment[id].IsMet);
            if (expected.Model != "hpd-hcc" || LiverSheet.AlbiOf(given) is not { } albi)
                return;
            var product = (assessment["albi"].Finding?.Shown as Shown.Number)?.Value;
            same("ALBI", Math.Round(albi, 8), product is { } score ? Math.Round((double)score, 8) : null);
            same("ALBI grade", LiverSheet.AlbiGrade(albi), product is { } value ? new AlbiScore(Interval.Exactly(value), value).Grade : null);
        }
    }
}
