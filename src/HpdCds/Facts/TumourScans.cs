using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// Sums of diameters by day of imaging: as the hospital's own code says them, else from the sizes of lesions, never both
/// (clinical model, section 5). A size that was measured on a specimen is pathology's and no part of a sum.
/// </summary>
internal sealed class TumourScans(PatientChart chart, Results results, CancerFocus focus, KnowledgeBase knowledge, TimeZoneInfo zone)
{
    public const string SumGroup = "recist-sum";
    private const string DiameterGroup = "tumor-diameter";

    /// <summary>A report or a study of such a state says nothing of images that were made.</summary>
    private static readonly string[] NotDone = ["entered-in-error", "cancelled", "registered"];

    private readonly LesionIdentity _lesions = new(chart, focus, knowledge);

    // Each result is asked about several times.
    private readonly Dictionary<ChartObservation, DateOnly?> _days = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<DateOnly, ChartObservation[]> _cancers = [];

    private ILookup<string, (string Result, ChartReport Report)> ReportsByResult => field ??= chart.Imaging.Reports
        .Where(report => !NotDone.Contains(report.Status, StringComparer.Ordinal))
        .SelectMany(report => report.Results.Select(result => (Result: result, Report: report)))
        .ToLookup(named => References.LastSteps(named.Result), StringComparer.Ordinal);

    private ChartObservation[] Diameters => field ??= Measured(DiameterGroup);

    private ChartObservation[] StatedSums => field ??= Measured(SumGroup);

    private bool? AreOfSeveral => field ??= focus.AreOfSeveral([.. StatedSums, .. Diameters]);

    /// <summary>Every day with measurements once: by its stated sum, else by the sizes of its lesions.</summary>
    public Scan[] BySums => field ??= Every(Sums, Sizes);

    /// <summary>The same the other way round. A stated sum and a sum of sizes are never compared.</summary>
    public Scan[] BySizes => field ??= Every(Sizes, Sums);

    /// <summary>The results that would count if anybody said on which day the images were made, each with the days between which they can have been.</summary>
    public (DateOnly From, DateOnly Until)[] Undated => field ??= [.. StatedSums.Concat(Diameters).Where(observation => DayOf(observation) is null).Select(WindowOf)];

    /// <summary>The days between which a result without a day can be: images are not later than what was issued of them.</summary>
    public (DateOnly From, DateOnly Until) WindowOf(ChartObservation observation) => observation.Time is { Origin: var origin, When: var when }
        ? (origin == TimeOrigin.Effective ? DayOf(when.Earliest) : DateOnly.MinValue, DayOf(when.Latest))
        : (DateOnly.MinValue, DateOnly.MaxValue);

    /// <summary>Every lesion that was measured, whichever sum it stands in.</summary>
    public ImmutableArray<LesionCourse> Lesions => [.. Diameters
        .Where(observation => DayOf(observation) is not null)
        .GroupBy(_lesions.KeyOf, StringComparer.Ordinal)
        .Select(lesion => new LesionCourse(lesion.Key, SiteOf(lesion.First()), [.. lesion
            .Select(observation => new LesionSize(DayOf(observation)!.Value, SizeOf(observation), observation.Reference))
            .OrderBy(size => size.Date).ThenBy(size => size.Source, StringComparer.Ordinal)]))
        .OrderBy(lesion => lesion.Sizes[0].Date).ThenBy(lesion => lesion.Key, StringComparer.Ordinal)];

    /// <summary>Organs in which lesions were measured on a day; null where one does not say where it is.</summary>
    public HashSet<string>? OrgansOn(DateOnly day)
    {
        var organs = Diameters.Where(observation => DayOf(observation) == day).Select(OrganOf).ToArray();
        return organs.Length == 0 || organs.Contains(null) ? null : organs.OfType<string>().ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The body site of a result, as a comparable text.</summary>
    public string? OrganOf(ChartObservation observation) => _lesions.OrganOf(observation);

    /// <summary>
    /// The day on which the images were made: the result's own time, else that of the study, else that of the report. When it
    /// was written down says nothing.
    /// </summary>
    public DateOnly? DayOf(ChartObservation observation)
    {
        if (!_days.TryGetValue(observation, out var day))
            _days[observation] = day = DayFound(observation);
        return day;
    }

    private DateOnly? DayFound(ChartObservation observation)
    {
        if (observation.Time is { Origin: TimeOrigin.Effective, When: var when })
            return Day(when);
        var reports = ReportsOf(observation);
        var times = StudiesOf(observation, reports).Select(study => study.Time).ToArray();
        if (times.Length == 0)
            times = [.. reports.Select(report => report.Time)];
        var days = times.OfType<ChartTime>().Select(time => Day(time.When)).Distinct().ToArray();
        return days is [{ } only] ? only : null;
    }

    private Scan[] Sums => field ??= [.. StatedSums
        .Where(observation => DayOf(observation) is not null)
        .GroupBy(observation => DayOf(observation)!.Value)
        .Select(day => Stated(day.Key, Best(day, sum => sum)))
        .OfType<Scan>()];

    private static Scan[] Every(Scan[] preferred, Scan[] others) =>
        [.. preferred.Concat(others.Where(other => !Array.Exists(preferred, scan => scan.Date == other.Date))).OrderBy(scan => scan.Date)];

    /// <summary>Whether what was recorded of a day is, or may be, of another cancer than what was measured on it.</summary>
    public bool MayBeOfAnother(ChartObservation observation, DateOnly day)
    {
        if (!_cancers.TryGetValue(day, out var measured))
            _cancers[day] = measured = focus.OneOfEach(StatedSums.Concat(Diameters).Where(measured => DayOf(measured) == day));
        return focus.IsOfUnreadCancer(observation) || focus.AreOfSeveral([observation, .. measured]);
    }

    // Where all that was measured can be of one cancer, it is no matter which of it says so.
    private string? CancerOf(ChartObservation[] measured) => AreOfSeveral == true ? focus.NameOf(measured) : null;

    // Two that differ are no sum, nor is one that may be of another cancer; a day without one stays a day on which nothing can be compared.
    private Scan? Stated(DateOnly day, ChartObservation[] sums)
    {
        var read = sums.Select(SizeOf).ToArray();
        var mayBeOfAnother = focus.AreOfSeveral(sums) || Array.Exists(sums, focus.IsOfUnreadCancer);
        var isUnsure = mayBeOfAnother || Array.Exists(read, sum => sum is null || sum.Range != read[0]?.Range);
        var least = mayBeOfAnother ? null : read.OfType<Measure<TumourSum>>().MinBy(sum => sum.Value);
        return (isUnsure ? AtLeast(least?.Value ?? 0) : least) is { } known
            ? new(day, known, SumGroup, ModalityOf(sums), isUnsure ? string.Join(", ", sums.Select(sum => sum.Reference)) : sums[0].Reference)
            {
                WhyUnsure = mayBeOfAnother ? GrowthGap.CancerUnclear : isUnsure ? GrowthGap.LesionsNotIdentified : null,
                HasSum = least is not null,
                Cancer = CancerOf(sums),
            }
            : null;
    }

    private static Measure<TumourSum>? AtLeast(decimal millimetres) => Measure<TumourSum>.From(millimetres, Comparison.AtLeast, factor: 1);

    private Scan[] Sizes => field ??= [.. Diameters
        .Select(observation => (Observation: observation, Day: DayOf(observation)))
        .Where(item => item.Day is not null)
        .GroupBy(item => item.Day!.Value, item => item.Observation)
        .Select(day => SumOf(day.Key, [.. day]))
        .OfType<Scan>()];

    // Without a lesion whose size cannot be read, is disputed, or may be counted already, a sum is only a lower bound, and stands for none with it.
    private Scan? SumOf(DateOnly day, ChartObservation[] sizes)
    {
        var read = sizes.GroupBy(_lesions.KeyOf, StringComparer.Ordinal).SelectMany(MeasuredUnder).ToArray();
        var counted = focus.AreOfSeveral(sizes) ? [] : Array.FindAll(read, lesion => !focus.IsOfUnreadCancer(lesion.Observation));
        var doubled = _lesions.Doubled([.. counted.Select(lesion => lesion.Observation)]).ToHashSet(ReferenceEqualityComparer.Instance);
        var isPartial = counted.Length < read.Length || doubled.Count > 0 || Array.Exists(read, lesion => lesion.Size is null || lesion.IsDisputed);
        var bound = isPartial ? Comparison.AtLeast : read.Select(lesion => lesion.Size?.Bound).FirstOrDefault(comparison => comparison is not null);
        var least = counted.Where(lesion => !doubled.Contains(lesion.Observation)).Sum(lesion => lesion.Millimetres)
            + LeastOf(Array.FindAll(counted, lesion => doubled.Contains(lesion.Observation)));
        // More than can be believed is no sum either, and its day no less a day of imaging.
        var believed = Measure<TumourSum>.From(least, bound, factor: 1);
        return (believed ?? AtLeast(0)) is { } sum
            ? new(
                day,
                sum,
                string.Join("; ", read.Select(lesion => lesion.Key).Order(StringComparer.Ordinal)),
                ModalityOf([.. read.Select(lesion => lesion.Observation)]),
                string.Join(", ", read.Select(lesion => lesion.Observation.Reference)))
            {
                WhyUnsure = counted.Length < read.Length ? GrowthGap.CancerUnclear
                    : believed is null || isPartial || Array.Exists(read, lesion => lesion.Key == LesionIdentity.Unnamed) ? GrowthGap.LesionsNotIdentified
                    : null,
                HasSum = believed is not null && Array.Exists(counted, lesion => lesion.Size is not null),
                Cancer = CancerOf(sizes),
            }
            : null;
    }

    // Of sizes that may be of the same lesions so many as there are lesions at least, and the smallest of them.
    private decimal LeastOf(MeasuredLesion[] doubled) =>
        doubled.Select(lesion => lesion.Millimetres).Order().Take(_lesions.LeastCount([.. doubled.Select(lesion => lesion.Observation)])).Sum();

    // Two sizes of one named lesion on one day are two readings of it; two lesions of one organ are two lesions. Where those are of
    // different standing, the better may be in place of the other or beside it, so that it is the least there is.
    private IEnumerable<MeasuredLesion> MeasuredUnder(IGrouping<string, ChartObservation> sizes)
    {
        var best = Best(sizes, size => size);
        if (!LesionIdentity.IsNamed(sizes.Key))
            return best.Select(size => new MeasuredLesion(sizes.Key, size, SizeOf(size), IsDisputed: best.Length != sizes.Count()));
        var readings = best.Select(size => new MeasuredLesion(sizes.Key, size, SizeOf(size), IsDisputed: false)).ToArray();
        var least = readings.MinBy(reading => reading.Millimetres)!;
        return [least with { IsDisputed = Array.Exists(readings, reading => reading.Size?.Range != least.Size?.Range) }];
    }

    private Measure<TumourSum>? SizeOf(ChartObservation observation) => results.Measured<TumourSum>(observation, TumourSum.Name).Value;

    /// <summary>Why a size is none of the treated tumour in an image; null where it may be one.</summary>
    public string? WhyNotOf(ChartObservation size) => _lesions.LesionOf(size)?.IsOfSpecimen == true ? "pathology"
        : focus.Of(size) == CancerOfResult.Another ? "another-cancer"
        : null;

    private ChartObservation[] Measured(string group) =>
        [.. results.Of(group).Where(observation => WhyNotOf(observation) is null).OrderBy(observation => observation.Reference, StringComparer.Ordinal)];

    private static T[] Best<T>(IEnumerable<T> all, Func<T, ChartObservation> of) =>
        all.GroupBy(item => Results.RankOf(of(item))).MaxBy(group => group.Key)?.ToArray() ?? [];

    private string? ModalityOf(ChartObservation[] of)
    {
        var modalities = of.SelectMany(observation => StudiesOf(observation, ReportsOf(observation))).SelectMany(study => study.Modalities)
            .Except(knowledge.Growth.DerivedObjects, StringComparer.Ordinal).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return modalities.Length == 0 ? null : string.Join("+", modalities);
    }

    private ChartReport[] ReportsOf(ChartObservation observation)
    {
        var whole = LesionIdentity.Whole(observation);
        return [.. ReportsByResult[References.LastSteps(whole)].Where(named => IsReferenceTo(named.Result, whole)).Select(named => named.Report).Distinct()];
    }

    private IEnumerable<ChartStudy> StudiesOf(ChartObservation observation, ChartReport[] reports)
    {
        var named = (_lesions.LesionOf(observation)?.From ?? []).Concat(reports.SelectMany(report => report.Studies));
        return chart.Imaging.Studies.Where(study => !NotDone.Contains(study.Status, StringComparer.Ordinal) && named.Any(name => IsReferenceTo(name, study.Reference)));
    }

    private string? SiteOf(ChartObservation observation) =>
        _lesions.LesionOf(observation)?.BodySite is { } site ? site.Text ?? site.Codings.Select(coding => coding.Display ?? coding.Code).FirstOrDefault() : null;

    private static bool IsReferenceTo(string written, string reference) =>
        written == reference || References.Relative(written, []) == reference || written.EndsWith("/" + reference, StringComparison.Ordinal);

    private DateOnly? Day(ClinicalTime when) => when.Precision is TimePrecision.Month or TimePrecision.Year
        ? null
        : DayOf(when.Latest);

    private DateOnly DayOf(DateTimeOffset instant) => ChartTimes.DayIn(zone, instant);

    /// <summary>A lesion as it was measured on a day.</summary>
    /// <param name="Size">Null where it cannot be read as one.</param>
    /// <param name="IsDisputed">It was read in two ways, or may stand in the place of another.</param>
    private sealed record MeasuredLesion(string Key, ChartObservation Observation, Measure<TumourSum>? Size, bool IsDisputed) : PatientData
    {
        public decimal Millimetres => Size?.Value ?? 0;
    }
}
