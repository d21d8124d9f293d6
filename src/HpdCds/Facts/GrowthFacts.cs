using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>Finds the course of treatment, the scans around its first dose and what goes with them (clinical model, section 5).</summary>
internal sealed class GrowthFacts(PatientChart chart, KnowledgeBase knowledge, DrugRecognition drugs, TreatmentHistory history, EhrReading ehr, DateTimeOffset asOf)
{
    private static readonly string[] Planned = ["active", "draft", "on-hold", "proposed", "pending", "booked", "arrived", "waitlist"];

    private readonly Results _results = new(chart, knowledge, asOf);
    private readonly Dictionary<DateTimeOffset, Results> _resultsAt = [];

    public GrowthReading Read()
    {
        var scans = new TumourScans(chart, _results, ehr.Zone);
        var doses = Course();
        var course = GrowthCourse.Of(scans.All, doses.First, knowledge.Growth.Criteria.Windows, WhyUnread());
        var evaluation = course.OnTreatment.Scan?.Date;
        course = course with
        {
            NewLesions = evaluation is { } day ? NewLesionsOn(day, course.Baseline.Scan?.Date, scans) : course.NewLesions,
            RecordedProgression = evaluation is { } seen ? ResponseAt(seen, scans) : course.RecordedProgression,
            Stopped = Stopped(doses.Medications),
            EcogAtBaseline = doses.First is { } dose ? EcogAt(EndOf(dose)) : course.EcogAtBaseline,
            EcogNow = doses.First is { } from ? After(from, EcogAt(asOf)) : course.EcogNow,
        };
        return new(course, [.. scans.All.OrderBy(scan => scan.Date)], [.. doses.Medications.SelectMany(medication => drugs.InhibitorsIn(medication.Concepts).Names).Distinct(StringComparer.Ordinal)])
        {
            Markers = [("afp", MarkerAt(doses.First, Afp), MarkerNow(doses.First, Afp)), ("nlr", MarkerAt(doses.First, Nlr), MarkerNow(doses.First, Nlr))],
            Plan = PlannedImaging(),
            WerePlansRead = chart.WereRead(ChartKey.Plans, ChartKey.Appointments),
            Undated = scans.Undated,
            Doses = [.. doses.Medications.Select(DoseOf).OfType<TreatmentDose>().OrderBy(dose => dose.Day).ThenBy(dose => dose.Source, StringComparer.Ordinal)],
            Lesions = scans.Lesions,
            HasEmbolisation = course.PreBaseline.Scan is { } earliest && chart.Procedures.Any(procedure =>
                procedure.Status is "completed" or "in-progress" && knowledge.Codes.Confounders.Find(procedure.Code)?.Group == "tace" && procedure.Time is { } time && DayOf(time.When) >= earliest.Date),
            HasStoppedKinaseInhibitor = course.Baseline.Scan is { } baseline && history.Begun.Any(medication => medication.Status is "stopped" or "completed" &&
                drugs.AgentsIn(medication.Concepts).Any(agent => knowledge.Drugs.Find(agent)?.Targets.Contains(DrugTarget.Tki) == true)
                && history.LastTaken(medication) is { } last && DayOf(last) <= baseline.Date && DayOf(last) >= baseline.Date.AddDays(-knowledge.Growth.Criteria.Windows.MostDaysBefore)
                && doses.First >= DayOf(last)),
        };
    }

    /// <summary>The last run of doses without a long gap: after one, treatment begins anew, whichever inhibitor it is.</summary>
    private (DateOnly? First, ChartMedication[] Medications) Course()
    {
        var inhibitors = history.Begun.Where(medication => !drugs.InhibitorsIn(medication.Concepts).Names.IsEmpty).ToArray();
        // An order says that a dose was meant, a record of it that it was given.
        var given = Array.FindAll(inhibitors, medication => medication.Kind != ChartMedicationKind.Request);
        var counting = given.Length > 0 ? given : inhibitors;
        if (Array.Exists(counting, medication => Began(medication) is null))
            return (null, counting);
        var (first, run, last) = ((DateOnly?)null, new List<ChartMedication>(), DateOnly.MinValue);
        foreach (var medication in counting.OrderBy(medication => Began(medication)))
        {
            var began = Began(medication)!.Value;
            if (first is null || began.DayNumber - last.DayNumber > knowledge.Rules.RecentExposureDays)
            {
                (first, last) = (began, began);
                run.Clear();
            }

            run.Add(medication);
            if (medication.Time is { } time && DayOf(time.When) is var end && end > last)
                last = end;
        }

        return (first, [.. run]);
    }

    private TreatmentDose? DoseOf(ChartMedication medication) =>
        Began(medication) is { } day ? new(day, drugs.InhibitorsIn(medication.Concepts).Names, medication.Reference) : null;

    // What was not read may hold an earlier dose, or a scan that is nearer to it.
    private GrowthGap? WhyUnread() =>
        !chart.WereRead(ChartKey.Growth) || !history.WasRead ? GrowthGap.NotRead : null;

    private Fact<NewLesions> NewLesionsOn(DateOnly day, DateOnly? baseline, TumourScans scans)
    {
        var stated = _results.Of("new-lesions").Where(observation => scans.DayOf(observation) == day).Select(observation => (Observation: observation, Count: CountOf(observation))).ToArray();
        if (stated.Length == 0 || Array.Exists(stated, item => item.Count is null))
            return new Fact<NewLesions>.Unknown(stated.Length == 0 ? chart.WhyNotFound(ChartKey.Growth) : UnknownReason.Ambiguous);
        var source = Results.ProvenanceOf(stated[0].Observation, isFallback: false);
        var present = stated.Where(item => item.Count > 0).Select(item => (Organ: scans.OrganOf(item.Observation), Count: item.Count!.Value)).ToArray();
        // None in one organ says nothing of the others.
        if (present.Length == 0 && Array.TrueForAll(stated, item => scans.OrganOf(item.Observation) is not null))
            return new Fact<NewLesions>.Unknown(UnknownReason.Ambiguous);
        if (present.Length == 0)
            return new Fact<NewLesions>.Known(NewLesions.None, source);
        var involved = baseline is { } before ? scans.OrgansOn(before) : null;
        var arePlaced = Array.TrueForAll(present, item => item.Organ is not null);
        var byOrgan = present.GroupBy(item => item.Organ, StringComparer.Ordinal).Select(group => (Organ: group.Key!, Count: group.Sum(item => item.Count))).ToArray();
        return new Fact<NewLesions>.Known(
            new NewLesions(
                present.Sum(item => item.Count),
                arePlaced && involved is not null ? byOrgan.Where(item => involved.Contains(item.Organ)).Select(item => item.Count).DefaultIfEmpty().Max() : null,
                arePlaced ? byOrgan.Length : null,
                arePlaced && involved is not null ? Array.Exists(byOrgan, item => !involved.Contains(item.Organ)) : null),
            source);
    }

    private int? CountOf(ChartObservation observation) => observation.Value switch
    {
        ChartValue.Flag flag => flag.Value ? 1 : 0,
        ChartValue.Number { Value: >= 0 and < 1000 } number when number.Value == decimal.Truncate(number.Value) => (int)number.Value,
        ChartValue.Concept concept => knowledge.Codes.Answers.Find(concept.Value)?.Group switch { "present" => 1, "absent" => 0, _ => null },
        _ => null,
    };

    private Fact<bool> ResponseAt(DateOnly day, TumourScans scans)
    {
        var found = _results.Of("disease-status").Where(observation => scans.DayOf(observation) == day).ToArray();
        var said = found.Select(observation => observation.Value is ChartValue.Concept concept ? knowledge.Codes.Answers.Find(concept.Value)?.Group : null)
            .Where(group => group is "disease-worsened" or "disease-stable" or "disease-improved").Select(group => group == "disease-worsened").Distinct().ToArray();
        return said switch
        {
            [var only] => new Fact<bool>.Known(only, Results.ProvenanceOf(found[0], isFallback: false)),
            [] => new Fact<bool>.Unknown(chart.WhyNotFound(ChartKey.Growth)),
            _ => new Fact<bool>.Unknown(UnknownReason.Conflicting),
        };
    }

    // Only a record that says that it is over says when; a list of doses never does.
    private Fact<DateOnly> Stopped(ChartMedication[] doses)
    {
        var over = doses.Where(medication => medication is { Kind: ChartMedicationKind.Statement, Status: "stopped" or "completed", Began: not null, Time: not null }).ToArray();
        return over.Length > 0 && Array.TrueForAll(doses, medication => medication.Kind != ChartMedicationKind.Statement || over.Contains(medication))
            ? new Fact<DateOnly>.Known(over.Max(medication => DayOf(medication.Time!.When)), new Provenance(over[0].Time!.When, over[0].Reference))
            : new Fact<DateOnly>.Unknown(UnknownReason.NotRecorded);
    }

    private Results ResultsAt(DateTimeOffset moment) =>
        moment == asOf ? _results : _resultsAt.TryGetValue(moment, out var known) ? known : _resultsAt[moment] = new(chart, knowledge, moment);

    private Fact<int> EcogAt(DateTimeOffset moment) => Whole(new PerformanceFacts(ResultsAt(moment), knowledge, ehr.ReadsKarnofsky).Ecog);

    private static Fact<int> Whole(Fact<Finding> grade) => grade is Fact<Finding>.Known { Value.Compared.OnlyValue: null }
        ? new Fact<int>.Unknown(UnknownReason.BoundOnly)
        : grade.Map(finding => (int)finding.Compared.OnlyValue!.Value);

    private Fact<Finding> Afp(DateTimeOffset moment) => new LaboratoryFacts(ResultsAt(moment), knowledge, new PersonFacts(chart, moment, ehr.Zone)).Afp;

    private Fact<Finding> Nlr(DateTimeOffset moment) => new DifferentialFacts(chart, ResultsAt(moment), knowledge.Rules).Ratio(moment);

    private Fact<Finding> MarkerAt(DateOnly? firstDose, Func<DateTimeOffset, Fact<Finding>> read) =>
        firstDose is { } day ? read(EndOf(day)) : new Fact<Finding>.Unknown(UnknownReason.ImpreciseDate);

    private Fact<Finding> MarkerNow(DateOnly? firstDose, Func<DateTimeOffset, Fact<Finding>> read) =>
        firstDose is { } day ? After(day, read(asOf)) : new Fact<Finding>.Unknown(UnknownReason.ImpreciseDate);

    private Fact<T> After<T>(DateOnly firstDose, Fact<T> fact)
        where T : notnull => fact is Fact<T>.Known { Provenance.When: { } when } && DayOf(when) <= firstDose ? new Fact<T>.Unknown(UnknownReason.TooOld) : fact;

    private ChartPlan? PlannedImaging() => chart.Imaging.Plans
        .Where(plan => !plan.DoNotPerform && Planned.Contains(plan.Status, StringComparer.Ordinal) && (plan.Time is not { } time || time.When.Latest >= asOf)
            && plan.Kinds.Any(kind => knowledge.Codes.Imaging.FindAll(kind).Any() || kind.Codings.Any(IsOrderedImaging)))
        .OrderBy(plan => plan.Time?.When.Earliest ?? DateTimeOffset.MaxValue)
        .ThenBy(plan => plan.Reference, StringComparer.Ordinal)
        .FirstOrDefault();

    private bool IsOrderedImaging(ChartCoding coding) => ehr.ImagingOrder is { } order && order.System == coding.System && order.Code == coding.Code;

    private DateOnly? Began(ChartMedication medication) => (medication.Began ?? medication.Time)?.When is { Precision: TimePrecision.Day or TimePrecision.Instant } when ? DayOf(when) : null;

    private DateOnly DayOf(ClinicalTime when) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(when.Latest, ehr.Zone).DateTime);

    private DateTimeOffset EndOf(DateOnly day)
    {
        var end = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(end, ehr.Zone.GetUtcOffset(end)).AddMinutes(-knowledge.Rules.FutureMinutes - 1);
    }
}
