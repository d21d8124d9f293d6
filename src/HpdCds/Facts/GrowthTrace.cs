using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>
/// Tells whoever asks what became of each record that growth may rest on. Only then is it made: what counts was decided before, and
/// is not decided here again.
/// </summary>
internal sealed class GrowthTrace(PatientChart chart, KnowledgeBase knowledge, EhrReading ehr, DateTimeOffset asOf, string tumour, ReadingTrace trace)
{
    private static readonly string[] Sizes = ["tumor-diameter", TumourScans.SumGroup];

    private readonly Results _results = new(chart, knowledge, asOf);
    private readonly PlannedImaging _plans = new(chart, knowledge, ehr, asOf);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public void Tell(GrowthReading growth)
    {
        TellSizes(growth);
        TellAt(_results.Of("new-lesions"), growth.Course.NewLesions, "new-lesions");
        TellAt(_results.Of("disease-status"), growth.Course.RecordedProgression, "response");
        foreach (var dose in growth.Doses)
            trace.Note(dose.Source, Fate.Used, key: null, dose.Day == growth.Course.FirstDose ? "first-dose" : "dose");
        if (growth is { Course.FirstDoseKind: FirstDoseKind.Ordered, FirstDoseSource: { } order })
            trace.Note(order, Fate.Used, key: null, "ordered");
        foreach (var earlier in growth.EarlierTreatments)
            trace.Note(earlier.Source, Fate.Used, key: null, "earlier-treatment");
        foreach (var marker in growth.Markers)
            TellOf(marker.AtFirstDose, $"{marker.Marker}-at-first-dose");
        TellOf(growth.Course.EcogAtBaseline, "ecog-at-first-dose");
        foreach (var done in growth.HasEmbolisation ? chart.Procedures.Where(done => ConfounderFacts.IsDoneEmbolisation(done, knowledge)) : [])
            trace.Note(done.Reference, Fate.Used, done.Source, "embolisation");
        TellImages();
        foreach (var plan in chart.Imaging.Plans)
            TellPlan(plan, growth);
    }

    private void TellSizes(GrowthReading growth)
    {
        var scans = new TumourScans(chart, _results, new CancerFocus(chart, knowledge, ehr.Bases, tumour), knowledge, ehr.Zone);
        var inSums = growth.Scans.SelectMany(GrowthReading.SourcesOf).ToHashSet(StringComparer.Ordinal);
        foreach (var size in _results.Of(Sizes))
        {
            var problem = _results.Measured<TumourSum>(size, TumourSum.Name).Problem?.Code();
            var why = scans.WhyNotOf(size) is { } other ? other : scans.DayOf(size) is null ? UnknownReason.ImpreciseDate.Code() : problem;
            var fate = why is not null ? Fate.Unusable : inSums.Contains(size.Reference) ? Fate.Used : Fate.Superseded;
            Note(size, fate, "tumour-size", why);
        }

        foreach (var panel in _results.AlsoWithoutValue("tumor-size-panel").Where(panel => _used.Contains(panel.Reference)))
            Note(panel, Fate.Used, "tumour-size");
    }

    private void TellAt<T>(IEnumerable<ChartObservation> said, Fact<T> fact, string name)
        where T : notnull
    {
        foreach (var one in said)
        {
            switch (fact)
            {
                case Fact<T>.Known known:
                    Note(one, known.Provenance.Source.Split(", ").Contains(one.Reference, StringComparer.Ordinal) ? Fate.Used : Fate.Superseded, name);
                    break;
                case Fact<T>.Unknown { Reason: not UnknownReason.NotRecorded and var reason }:
                    Note(one, Fate.Unusable, name, reason.Code());
                    break;
                default:
                    Note(one, Fate.Unusable, name, "not-at-the-first-evaluation");
                    break;
            }
        }
    }

    private void TellOf<T>(Fact<T> fact, string name)
        where T : notnull
    {
        if (fact is Fact<T>.Known { Provenance.Source: var source })
            trace.Note(source, Fate.Used, key: null, name);
    }

    // What dates a size, or says how the images were made.
    private void TellImages()
    {
        var from = chart.Imaging.Lesions.Where(lesion => _used.Contains(lesion.Reference)).SelectMany(lesion => lesion.From).ToList();
        foreach (var report in chart.Imaging.Reports)
        {
            var isUsed = report.Results.Any(result => _used.Any(used => IsTo(result, used)));
            Note(report.Reference, report.Status, ChartKey.Reports, isUsed, "imaging-report");
            if (isUsed)
                from.AddRange(report.Studies);
        }

        foreach (var study in chart.Imaging.Studies)
            Note(study.Reference, study.Status, ChartKey.Studies, from.Exists(written => IsTo(written, study.Reference)), "imaging-study");
    }

    private void Note(string reference, string? status, ChartKey key, bool isUsed, string fact)
    {
        if (status == "entered-in-error")
            trace.Note(reference, Fate.NotEvidence, key, fact: null, status);
        else
            trace.Note(reference, isUsed ? Fate.Used : Fate.OtherCode, key, isUsed ? fact : null);
    }

    private void TellPlan(ChartPlan plan, GrowthReading growth)
    {
        var key = plan.Reference.StartsWith("Appointment/", StringComparison.Ordinal) ? ChartKey.Appointments : ChartKey.Plans;
        if (plan.Reference == growth.Plan?.Reference)
            trace.Note(plan.Reference, Fate.Used, key, "planned-imaging");
        else if (plan.Reference == growth.UnclearPlan?.Reference || plan.Reference == growth.PlanOfUnknownKind?.Reference)
            trace.Note(plan.Reference, Fate.Unusable, key, "planned-imaging", "unclear");
        else if (!_plans.IsImaging(plan))
            trace.Note(plan.Reference, Fate.OtherCode, key);
        else
            trace.Note(plan.Reference, Fate.Unusable, key, "planned-imaging", plan.DoNotPerform ? "do-not-perform" : plan.Status ?? "no-status");
    }

    private void Note(ChartObservation observation, Fate fate, string fact, string? why = null)
    {
        if (fate == Fate.Used)
            _used.UnionWith([observation.Reference, observation.Reference.Split('#')[0]]);
        trace.Note(observation.Reference, fate, observation.Source, fact, why);
    }

    private static bool IsTo(string written, string reference) => written == reference || written.EndsWith("/" + reference, StringComparison.Ordinal);
}
