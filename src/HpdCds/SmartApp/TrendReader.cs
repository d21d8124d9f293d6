using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Knowledge;

namespace HpdCds.SmartApp;

/// <summary>
/// Results over time. Each is what the facts of its own moment would have been read as, by the same rules of units, pairs and limits;
/// what they would not have used is not drawn.
/// </summary>
internal sealed class TrendReader(KnowledgeBase knowledge, DrugRecognition drugs, PictureRequest request)
{
    public static readonly string[] Ids = ["nlr", "ldh", "afp", "albumin", "bilirubin", "albi"];

    /// <summary>The kinds of treatment that have a name of their own; the others are told by their drugs.</summary>
    public static readonly string[] Kinds = ["antineoplastic", "corticosteroid", "g-csf", "tace"];

    // A picture of more is a smear; the newest are kept.
    private const int MostPoints = 60;
    private const int MostTreatments = 12;

    private static readonly ChartKey[] Laboratory = [ChartKey.Cbc, ChartKey.Chemistry, ChartKey.Liver, ChartKey.Markers];

    private readonly DateTimeOffset _since = request.AsOf.AddDays(-knowledge.Rules.HistoryDays);

    // That a list was cut is said of the picture; what came is drawn all the same.
    private readonly PatientChart _chart = request.Chart with
    {
        Sources = request.Chart.Sources.SetItems(Laboratory
            .Where(request.Chart.Sources.ContainsKey)
            .Select(key => KeyValuePair.Create(key, request.Chart.Sources[key] with { State = SourceState.Complete }))),
    };

    private readonly ConfounderFacts _confounders = new(
        request.Chart,
        new TreatmentHistory(request.Chart, drugs, knowledge.Rules, request.AsOf, request.Ehr.Zone, request.Orders),
        new ConditionFacts(request.Chart, knowledge, request.Ehr.NoEncounterDiagnoses),
        knowledge,
        request.AsOf);

    /// <summary>All of them, also those of which there is nothing to draw.</summary>
    public ImmutableArray<Trend> Trends(RiskModel? model) =>
    [
        Of("nlr", ChartKey.Cbc, "cbc", LevelsOf(model, "nlr"), isLog: false, at => _confounders.Marked(at.Nlr), "neutrophils-*", "lymphocytes-*", "leukocytes", "bands-*", "nlr"),
        Of("ldh", ChartKey.Chemistry, "ldh", [1], isLog: false, at => _confounders.Marked(at.Laboratory.Ldh), "ldh"),
        Of("afp", ChartKey.Markers, "afp", LevelsOf(model, "afp"), isLog: true, at => at.Laboratory.Afp, "afp-*"),
        Of("albumin", ChartKey.Liver, "albumin", LevelsOf(model, "albumin") is { IsEmpty: false } levels ? levels : AlbuminCutOffs, isLog: false, at => at.Laboratory.Albumin.Map(Finding.Of), "albumin*"),
        Of("bilirubin", ChartKey.Liver, "bilirubin", BilirubinCutOffs, isLog: false, at => at.Laboratory.Bilirubin.Map(Finding.Of), "bilirubin-total-*"),
        Of("albi", ChartKey.Liver, "albumin", LevelsOf(model, "albi"), isLog: false, at => at.Albi, "albumin*", "bilirubin-total-*"),
    ];

    /// <summary>Treatments begun in the time shown, oldest first.</summary>
    public (ImmutableArray<TreatmentMark> Shown, int LeftOut) Treatments()
    {
        var history = new TreatmentHistory(_chart, drugs, knowledge.Rules, request.AsOf, request.Ehr.Zone, request.Orders);
        var begun = history.Begun.Select(medication => (Time: medication.Began ?? medication.Time, Medication: medication))
            .Where(item => item.Time is not null)
            .SelectMany(item => KindsOf(item.Medication).Select(kind => new TreatmentMark(kind.Kind, kind.Agents, item.Time!.When, item.Medication.Reference)))
            .Concat(_chart.Procedures.Where(procedure => procedure.Time is not null && ConfounderFacts.IsDoneEmbolisation(procedure, knowledge))
                .Select(procedure => new TreatmentMark("tace", [], procedure.Time!.When, procedure.Reference)));
        var starts = begun.GroupBy(mark => (mark.Kind, string.Join('+', mark.Agents)))
            .SelectMany(same => StartsOf([.. same.OrderBy(mark => mark.When.Latest).ThenBy(mark => mark.Source, StringComparer.Ordinal)]))
            .Where(mark => mark.When.Latest >= _since && mark.When.Precision is TimePrecision.Instant or TimePrecision.Day)
            .OrderBy(mark => mark.When.Latest).ThenBy(mark => mark.Source, StringComparer.Ordinal)
            .ToArray();
        return ([.. starts.TakeLast(MostTreatments)], Math.Max(0, starts.Length - MostTreatments));
    }

    // Of a course of many doses the first is the start; what comes long after the last of them starts another.
    private IEnumerable<TreatmentMark> StartsOf(TreatmentMark[] doses) =>
        doses.Where((dose, at) => at == 0 || dose.When.Latest - doses[at - 1].When.Latest > TimeSpan.FromDays(knowledge.Rules.RecentExposureDays));

    private IEnumerable<(string Kind, ImmutableArray<string> Agents)> KindsOf(ChartMedication medication)
    {
        var inhibitors = drugs.InhibitorsIn(medication.Concepts).Names;
        if (!inhibitors.IsEmpty)
            yield return ("inhibitor", inhibitors);
        else if (drugs.IsAntineoplastic(medication.Concepts))
            yield return ("antineoplastic", [.. drugs.AgentsIn(medication.Concepts).Distinct(StringComparer.Ordinal)]);
        foreach (var kind in (string[])["corticosteroid", "g-csf"])
        {
            if (ConfounderFacts.IsDrug(medication, kind, knowledge))
                yield return (kind, []);
        }
    }

    // Where a part of Child-Pugh gains a point.
    private ImmutableArray<decimal> AlbuminCutOffs => knowledge.Rules.ChildPugh.AlbuminGPerDl is var (high, low)
        ? [high * ChildPughCutOffs.AlbuminGPerLInGPerDl, low * ChildPughCutOffs.AlbuminGPerLInGPerDl]
        : [];

    private ImmutableArray<decimal> BilirubinCutOffs => knowledge.Rules.ChildPugh.BilirubinMgPerDl is var (low, high)
        ? [high * ChildPughCutOffs.BilirubinUmolPerLInMgPerDl, low * ChildPughCutOffs.BilirubinUmolPerLInMgPerDl]
        : [];

    private static ImmutableArray<decimal> LevelsOf(RiskModel? model, string factor) =>
        model?.Factors.FirstOrDefault(row => row.Id == factor)?.Levels.Select(level => level.Threshold.Value).ToImmutableArray() ?? [];

    private Trend Of(
        string id, ChartKey key, string window, ImmutableArray<decimal> thresholds, bool isLog, Func<AtATime, Fact<Finding>> read, params ReadOnlySpan<string> groups)
    {
        var patterns = groups.ToArray();
        var parts = _chart.Observations.Where(observation => Measures(observation, patterns)).ToImmutableArray();
        var chart = _chart with { Observations = parts };
        var times = parts.Select(part => part.Time?.When)
            .OfType<ClinicalTime>()
            .Where(when => when.Latest >= _since && when.Earliest <= request.AsOf.AddMinutes(knowledge.Rules.FutureMinutes) && when.Precision is TimePrecision.Instant or TimePrecision.Day)
            .Select(when => when.Latest < request.AsOf ? when.Latest : request.AsOf)
            .Distinct().OrderDescending().Take(2 * MostPoints).ToArray();
        var points = times.Select(time => PointAt(new AtATime(chart, knowledge, request, time), read, time)).OfType<TrendPoint>()
            .DistinctBy(point => (point.When, point.Source))
            .Take(MostPoints + 1)
            .ToArray();
        var state = request.Chart.Sources.GetValueOrDefault(key)?.State ?? SourceState.NotSupplied;
        var newest = times.Length > 0 && points.Length == 0 ? read(new AtATime(chart, knowledge, request, times[0])) : null;
        return new(id, [.. points.Take(MostPoints).OrderBy(point => point.When.Latest)], knowledge.Rules.Window(window), thresholds, isLog, state != SourceState.Complete)
        {
            HasOlder = points.Length > MostPoints,
            Results = parts.Count(part => part.Time is { When: var when } && when.Latest >= _since),
            WhyNone = (newest as Fact<Finding>.Unknown)?.Reason,
            MissingPart = newest is Fact<Finding>.Unknown { Datum: { } part } && part != id ? part : null,
            Source = state,
        };
    }

    private bool Measures(ChartObservation observation, string[] patterns) => knowledge.Codes.Observations.FindAll(observation.Code)
        .Any(entry => Array.Exists(patterns, pattern => pattern.EndsWith('*') ? entry.Group.StartsWith(pattern[..^1], StringComparison.Ordinal) : entry.Group == pattern));

    // A value that was new at that time; one that had only not yet passed out of its window has its own place.
    private TrendPoint? PointAt(AtATime at, Func<AtATime, Fact<Finding>> read, DateTimeOffset time)
    {
        if (read(at) is not Fact<Finding>.Known { Value: { Shown: Shown.Number number } finding, Provenance: { When: { } when } provenance })
            return null;
        return when.Latest < _since || time - when.Latest > TimeSpan.FromHours(knowledge.Rules.PairingHours) + TimeSpan.FromDays(1)
            ? null
            : new(when, number.Value / (number.Limit ?? 1), number.Value, number.Bound, number.Unit, number.Limit, provenance.Source)
            {
                // That there was a newer one is told of the newest alone, and what is missing around a value is told of the page.
                Marks = [.. provenance.Marks.Where(mark => mark is not (Mark.FallbackFromNewer or Mark.ConfoundersUnread))],
                Confounders = [.. finding.Confounders.IsDefault ? [] : finding.Confounders.Where(confounder => confounder != Confounder.Infection || IsRecent(when))],
                Recorded = provenance.Marks.Contains(Mark.Converted) ? RecordedIn(provenance.Source) : null,
            };
    }

    // An infection that is active now says nothing of last year.
    private bool IsRecent(ClinicalTime when) => when.IsWithin(knowledge.Rules.Window("cbc"), request.AsOf);

    private string? RecordedIn(string source) => _chart.Observations.FirstOrDefault(observation => observation.Reference == source)?.Value is ChartValue.Quantity quantity
        ? $"{quantity.Comparator}{PictureWords.Number(quantity.Value)} {quantity.Unit}".TrimEnd()
        : null;

    /// <summary>The facts as they stood at a moment.</summary>
    private sealed class AtATime(PatientChart chart, KnowledgeBase knowledge, PictureRequest request, DateTimeOffset time)
    {
        private readonly Facts.Results _results = new(chart, knowledge, time);

        public LaboratoryFacts Laboratory => field ??= new(_results, knowledge, new PersonFacts(chart, time, request.Ehr.Zone));

        public Fact<Finding> Nlr => new DifferentialFacts(chart, _results, knowledge.Rules).Ratio(time);

        public Fact<Finding> Albi => LiverFacts.AlbiOf(Laboratory);
    }
}
