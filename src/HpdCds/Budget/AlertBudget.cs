using System.Collections.Immutable;
using System.Security.Cryptography;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Knowledge;

namespace HpdCds.Budget;

/// <summary>How often a model would speak: shares of a hundred first doses of the synthetic cohort.</summary>
/// <param name="Table">Of the model's file and of the cohort; another hash in force means that the table is out of date.</param>
/// <param name="AsCoded">With the gaps that charts have.</param>
/// <param name="EverythingKnown">As if every datum were recorded.</param>
/// <param name="QuietThoughInfo">No card as coded, of patients who would get an info card if everything were known.</param>
/// <param name="QuietThoughWarning">The same of those who would get a warning.</param>
public sealed record AlertBudget(
    string Model, string Version, string Table, int Patients, ulong Seed, BudgetColumn AsCoded, BudgetColumn EverythingKnown,
    decimal QuietThoughInfo, decimal QuietThoughWarning)
{
    public static AlertBudget Of(KnowledgeBase knowledge, string modelId, int patients, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(knowledge);
        var table = knowledge.Models.Single(table => table.Model.Id == modelId);
        var cohort = knowledge.Simulation.Cohorts.Single(cohort => cohort.Model == modelId);
        var drawn = new SyntheticPatients(cohort, knowledge.Simulation.Correlation, seed);
        var (asCoded, known) = (new BudgetTally(table.Model, cohort), new BudgetTally(table.Model, cohort));
        var (quietThoughInfo, quietThoughWarning) = (0, 0);
        for (var patient = 0; patient < patients; patient++)
        {
            var values = drawn.Next();
            var isQuiet = asCoded.Count([.. values.Select(value => value.IsRecorded ? value.Value : BudgetTally.NotRecorded)]) == Situation.None;
            var truth = known.Count([.. values.Select(value => value.Value)]);
            quietThoughInfo += isQuiet && truth == Situation.Info ? 1 : 0;
            quietThoughWarning += isQuiet && truth == Situation.Warning ? 1 : 0;
        }

        return new(
            modelId, table.Model.Version, TableOf(knowledge.Files, modelId), patients, seed, asCoded.Column(patients), known.Column(patients),
            BudgetTally.Percent(quietThoughInfo, patients), BudgetTally.Percent(quietThoughWarning, patients));
    }

    /// <summary>The hash of what the shares depend on.</summary>
    public static string TableOf(KnowledgeFiles files, string modelId)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in new[] { $"models/{modelId}.json", "simulation.json" })
        {
            if (files.Find(path) is { } found)
                hash.AppendData(found.File.Content.AsSpan());
        }

        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}

public sealed record BudgetColumn(SituationShares Shares, ImmutableArray<FactorContribution> Factors);

/// <summary>What a factor has to do with the warnings, in percent of all warnings.</summary>
/// <param name="InWarnings">It gives points in so many of them.</param>
/// <param name="DecidesWarnings">So many of them would be none if it were absent.</param>
public sealed record FactorContribution(string Factor, decimal InWarnings, decimal DecidesWarnings);

/// <summary>Counts situations. There are few different charts in a cohort, so that each is assessed once.</summary>
internal sealed class BudgetTally(RiskModel model, Cohort cohort)
{
    public const int NotRecorded = -1;

    private static readonly DateTimeOffset Moment = DateTimeOffset.UnixEpoch;
    private static readonly Provenance Synthetic = new(When: null, "synthetic", []);

    private readonly Dictionary<string, RiskAssessment> _assessed = new(StringComparer.Ordinal);
    private readonly Dictionary<Situation, int> _situations = [];
    private readonly int[] _inWarnings = new int[cohort.Factors.Length];
    private readonly int[] _deciding = new int[cohort.Factors.Length];

    public Situation Count(ImmutableArray<int> chart)
    {
        var assessment = Assess(chart);
        var situation = Situations.Of(assessment);
        _situations[situation] = _situations.GetValueOrDefault(situation) + 1;
        if (situation == Situation.Warning)
            CountWarning(chart, assessment);
        return situation;
    }

    private void CountWarning(ImmutableArray<int> chart, RiskAssessment assessment)
    {
        for (var at = 0; at < cohort.Factors.Length; at++)
        {
            var row = cohort.Factors[at];
            _inWarnings[at] += assessment[row.Factor].Points.Low > 0 ? 1 : 0;
            _deciding[at] += Situations.Of(Assess(chart.SetItem(at, row.Values.Length))) == Situation.Warning ? 0 : 1;
        }
    }

    public BudgetColumn Column(int patients)
    {
        var warnings = _situations.GetValueOrDefault(Situation.Warning);
        return new(
            new(ShareOf(Situation.None, patients), ShareOf(Situation.Info, patients), ShareOf(Situation.Warning, patients), ShareOf(Situation.Cannot, patients)),
            [.. cohort.Factors.Select((row, at) => new FactorContribution(row.Factor, Percent(_inWarnings[at], warnings), Percent(_deciding[at], warnings)))]);
    }

    private decimal ShareOf(Situation situation, int patients) => Percent(_situations.GetValueOrDefault(situation), patients);

    public static decimal Percent(int part, int whole) => whole == 0 ? 0 : Math.Round(100m * part / whole, 1, MidpointRounding.AwayFromZero);

    private RiskAssessment Assess(ImmutableArray<int> chart)
    {
        var key = string.Join(',', chart);
        if (!_assessed.TryGetValue(key, out var assessment))
            _assessed.Add(key, assessment = RiskAssessment.Of(model, new PatientFacts(Moment, FactsOf(chart))));
        return assessment;
    }

    // What is not simulated is not core: nobody tested it, so that it scores nothing and opens nothing.
    private ImmutableDictionary<string, Fact<Finding>> FactsOf(ImmutableArray<int> chart) => cohort.Factors
        .Select((row, at) => (row.Factor, Fact: FactOf(row, chart[at])))
        .ToImmutableDictionary(pair => pair.Factor, pair => pair.Fact, StringComparer.Ordinal);

    private static Fact<Finding> FactOf(Marginal row, int index)
    {
        if (index == NotRecorded)
            return new Fact<Finding>.Unknown(UnknownReason.NotRecorded);
        var value = row.ValueOf(index);
        return new Fact<Finding>.Known(new(Interval.Exactly(value), UnknownReason.NotRecorded, new Shown.Number(value, Bound: null, "1", Limit: null)), Synthetic);
    }
}
