using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>Finds the course of treatment, the scans around its first dose and what goes with them (clinical model, section 5).</summary>
internal sealed class GrowthFacts(
    PatientChart chart, KnowledgeBase knowledge, DrugRecognition drugs, TreatmentHistory history, EhrReading ehr, DateTimeOffset asOf, string tumour)
{
    private readonly Results _results = new(chart, knowledge, asOf);
    private readonly Dictionary<(DateOnly? Since, DateTimeOffset Until), Span> _spans = [];

    private ScanWindows Windows => knowledge.Growth.Criteria.Windows;

    public GrowthReading Read()
    {
        var focus = new CancerFocus(chart, knowledge, ehr.Bases, tumour);
        var scans = new TumourScans(chart, _results, focus, knowledge, ehr.Zone);
        var found = new TreatmentCourses(history, drugs, knowledge, ehr.Zone, asOf).Last();
        var treatment = history.WasRead ? found : found.WhereUnread();
        var (all, course) = Best(scans, treatment);
        if (course.OnTreatment.Scan is { Date: var day })
        {
            var evaluation = new EvaluationFacts(chart, _results, scans, focus, new ConditionFacts(chart, knowledge, ehr.HasNoEncounterDiagnoses), knowledge);
            DateOnly? next = course.Later is [var later, ..] ? later.Date : null;
            course = course with
            {
                NewLesions = evaluation.NewLesionsOn(day, next, course.Baseline.Scan?.Date),
                RecordedProgression = evaluation.ResponseTo(day, next),
                RecordedLater = treatment.First is { } dosed ? evaluation.ProgressionAfter(day, next, dosed.AddDays(Windows.MostDaysOnTreatment)) : null,
                EcogNow = EcogAround(day, treatment.First),
            };
        }

        course = course with
        {
            Stopped = treatment.Stopped,
            EcogAtBaseline = treatment.First is { } first ? EcogIn(Between(null, EndOf(first))) : course.EcogAtBaseline,
        };
        var plans = new PlannedImaging(chart, knowledge, ehr, asOf);
        return new(course, [.. all], [.. treatment.Medications.SelectMany(medication => drugs.InhibitorsIn(medication.Concepts).Names).Distinct(StringComparer.Ordinal)])
        {
            Markers = [MarkerOf("afp", treatment.First, Afp), MarkerOf("nlr", treatment.First, Nlr)],
            Plan = plans.Next(treatment.First),
            UnclearPlan = plans.Unclear(treatment.First),
            PlanOfUnknownKind = plans.OfUnknownKind(),
            HoldsUnknownOrder = plans.HoldsUnknownOrder(treatment.First),
            WerePlansRead = chart.WereRead(ChartKey.Plans, ChartKey.Appointments),
            WereProceduresRead = chart.WereRead(ChartKey.Procedures),
            WereStudiesRead = chart.WereRead(ChartKey.Studies),
            WasTreatmentRead = history.WasRead,
            Undated = scans.Undated.Length,
            FirstDoseSource = treatment.Source,
            Doses = [.. treatment.Medications.Select(DoseOf).OfType<TreatmentDose>().OrderBy(dose => dose.Day).ThenBy(dose => dose.Source, StringComparer.Ordinal)],
            EarlierTreatments = [.. EarlierThan(treatment)],
            Lesions = scans.Lesions,
            HasEmbolisation = HasEmbolisation(course),
            HasStoppedKinaseInhibitor = course.Baseline.Scan is { } baseline && treatment.First is { } dose && HasStoppedKinaseInhibitor(baseline.Date, dose),
        };
    }

    // A sum that was stated says more than one that was added up here, where every scan has one: they are never compared with each other.
    private (Scan[] Scans, GrowthCourse Course) Best(TumourScans scans, TreatmentCourse treatment)
    {
        GrowthCourse Of(Scan[] all) => GrowthCourse.Of(all, treatment.First, Windows, WhyUnread(), treatment.Kind);
        static int Worth(GrowthCourse course) =>
            (course is { Baseline.Gap: null, OnTreatment.Gap: null, WhyNotComparable: null } ? 2 : 0) + (course.PreBaseline.Gap is null ? 1 : 0);
        var (bySums, bySizes) = (Of(scans.BySums), Of(scans.BySizes));
        var (all, course) = Worth(bySizes) > Worth(bySums) ? (scans.BySizes, bySizes) : (scans.BySums, bySums);
        return (all, scans.Undated.Aggregate(course, OrUndated));
    }

    // Where a measurement has no date nobody can say that there was no scan, or none that is nearer to the dose than the one that was found.
    private static GrowthCourse OrUndated(GrowthCourse course, (DateOnly From, DateOnly Until) undated)
    {
        if (course.FirstDose is not { } dose)
            return course;
        var (baseline, evaluation) = (course.Baseline.Scan?.Date ?? DateOnly.MinValue, course.OnTreatment.Scan?.Date);
        var mayBeBaseline = undated.From <= dose && undated.Until >= baseline;
        var mayBeBefore = undated.From <= (baseline == DateOnly.MinValue ? dose : baseline) && undated.Until >= (course.PreBaseline.Scan?.Date ?? DateOnly.MinValue);
        var mayBeEvaluation = undated.Until > dose && undated.From <= (course.OnTreatment.Gap == GrowthGap.OnTreatmentTooEarly ? DateOnly.MaxValue : evaluation ?? DateOnly.MaxValue);
        return course with
        {
            Baseline = mayBeBaseline ? Open(course.Baseline) : course.Baseline,
            PreBaseline = mayBeBaseline || mayBeBefore ? Open(course.PreBaseline) : course.PreBaseline,
            OnTreatment = mayBeEvaluation || (mayBeBaseline && evaluation is not null) ? Open(course.OnTreatment) : course.OnTreatment,
        };

        static ScanInRole Open(ScanInRole role) => role.Gap is GrowthGap.NotRead or GrowthGap.DoseOnlyOrdered ? role : new(role.Scan, GrowthGap.MeasurementUndated);
    }

    // An order is no dose.
    private TreatmentDose? DoseOf(ChartMedication medication) => medication.Kind != ChartMedicationKind.Request
        && (medication.Began ?? medication.Time)?.When is { Precision: TimePrecision.Day or TimePrecision.Instant } when && !medication.HasOnlyEnd
            ? new(DayOf(when), drugs.InhibitorsIn(medication.Concepts).Names, medication.Reference)
            : null;

    // Nothing is before a day that nobody knows. An order that was stopped is how many records tell of an earlier line.
    private IEnumerable<EarlierTreatment> EarlierThan(TreatmentCourse course)
    {
        if (course.First is not { } first)
            return [];
        var own = course.Medications.SelectMany(AgentsIn).ToHashSet(StringComparer.Ordinal);
        var goingOn = history.Begun.Where(medication => medication.Status == "active" || (medication.Time is { When: var when } && DayOf(when) >= first))
            .Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return history.Begun.Concat(history.PerhapsTaken)
            .Where(medication => drugs.IsAntineoplastic(medication.Concepts) && !course.Medications.Contains(medication) && IsOfAnotherLine(medication, own, goingOn, first))
            .GroupBy(NameOf, StringComparer.Ordinal)
            .Select(same => same.OrderByDescending(medication => history.LastTaken(medication)?.Latest).ThenBy(medication => medication.Reference, StringComparer.Ordinal).First())
            .Select(latest => new EarlierTreatment([.. AgentsIn(latest)], history.LastTaken(latest), latest.Reference))
            .OrderByDescending(earlier => earlier.Last?.Latest)
            .ThenBy(earlier => earlier.Source, StringComparer.Ordinal);
    }

    // The drugs of this line are ordered before they are given, and a partner may be given a little before the inhibitor.
    private bool IsOfAnotherLine(ChartMedication medication, HashSet<string> own, HashSet<string> goingOn, DateOnly first)
    {
        var isOwn = AgentsIn(medication).Any(own.Contains);
        if ((medication.Began ?? medication.Time)?.When is not { } began)
            return !isOwn;
        var days = first.DayNumber - DayOf(began).DayNumber;
        return days > 0
            && (!isOwn || medication.Kind != ChartMedicationKind.Request || days > knowledge.Rules.RecentExposureDays)
            && (days > Windows.MostDaysToDose || !goingOn.Contains(NameOf(medication)));
    }

    // Of a drug that is no inhibitor and no partner of one only the code is known.
    private string NameOf(ChartMedication medication) => AgentsIn(medication).ToArray() is { Length: > 0 } agents
        ? string.Join('+', agents.Order(StringComparer.Ordinal))
        : string.Join('|', medication.Concepts.SelectMany(concept => concept.Codings).Select(coding => coding.Code).Order(StringComparer.Ordinal));

    private IEnumerable<string> AgentsIn(ChartMedication medication) => drugs.AgentsIn(medication.Concepts).Distinct(StringComparer.Ordinal);

    // What was not read may hold an earlier dose, or a scan that is nearer to it.
    private GrowthGap? WhyUnread() =>
        !chart.WereRead(ChartKey.Growth) || !history.WasRead ? GrowthGap.NotRead : null;

    // Tissue that died shortly before a scan is measured in it as living.
    private bool HasEmbolisation(GrowthCourse course)
    {
        if ((course.PreBaseline.Gap is null ? course.PreBaseline.Scan : course.Baseline.Scan)?.Date is not { } earliest)
            return false;
        var (from, to) = (earliest.AddDays(-knowledge.Rules.Window("tace")), course.OnTreatment.Scan?.Date ?? DayOf(asOf));
        return chart.Procedures.Any(procedure => ConfounderFacts.IsDoneEmbolisation(procedure, knowledge)
            && (procedure.Time is not { When: var when } || (DayOf(when) >= from && DayOf(when.Earliest) <= to)));
    }

    private bool HasStoppedKinaseInhibitor(DateOnly baseline, DateOnly dose)
    {
        var goingOn = chart.Medications.Where(medication => GoesOnAt(dose, medication)).SelectMany(medication => KinaseInhibitorsIn(medication).Select(agent => (Agent: agent, Medication: medication)))
            .ToLookup(item => item.Agent, item => item.Medication, StringComparer.Ordinal);
        return chart.Medications.Where(medication => MayHaveEndedBetween(baseline.AddDays(-Windows.MostDaysBefore), dose, medication))
            .Any(ended => KinaseInhibitorsIn(ended).Any(agent => goingOn[agent].All(medication => IsOverBy(ended, medication))));
    }

    private IEnumerable<string> KinaseInhibitorsIn(ChartMedication medication) =>
        drugs.AgentsIn(medication.Concepts).Where(agent => knowledge.Drugs.Find(agent)?.Targets.Contains(DrugTarget.Tki) == true);

    // One order ends where its renewal begins, and each of many doses where the next one follows: before a scan can count as an evaluation at all.
    private bool GoesOnAt(DateOnly dose, ChartMedication medication) => medication is { DoNotPerform: false, Time.When: var time }
        && DayOf((medication.Began?.When ?? time).Earliest) is var began && began < dose.AddDays(Windows.LeastDaysOnTreatment)
        && (medication.Kind, medication.Status) switch
        {
            (ChartMedicationKind.Administration, "completed" or "in-progress") => DayOf(time) >= dose,
            (ChartMedicationKind.Statement, "completed" or "stopped") => medication.Began is not null && DayOf(time) > dose,
            (_, "active") => true,
            _ => false,
        };

    // An order that nobody closed says less than a statement that it ended since.
    private bool IsOverBy(ChartMedication ended, ChartMedication order) => order.Kind == ChartMedicationKind.Request
        && ended is { Kind: ChartMedicationKind.Statement, Time.When: var end } && order.Time is { When: var written } && DayOf(written) <= DayOf(end);

    // An order says when it was written and that it was stopped, not when: some time in the year for which it was valid.
    private bool MayHaveEndedBetween(DateOnly from, DateOnly to, ChartMedication medication) =>
        medication is { DoNotPerform: false, Status: "stopped" or "completed" }
        && KinaseInhibitorsIn(medication).Any()
        && (medication.Time is not { When: var when }
            || (DayOf(when) <= to && (medication.Kind == ChartMedicationKind.Request ? DayOf(when).AddDays(Windows.MostDaysBetweenOrders) : DayOf(when)) >= from));

    /// <summary>At the evaluation: the last grade since the first dose up to it, else the first after it.</summary>
    private Fact<int> EcogAround(DateOnly day, DateOnly? firstDose)
    {
        var from = day.AddDays(-Windows.MostDaysAroundEvaluation);
        var before = EcogIn(Between(firstDose is { } dose && dose >= from ? dose.AddDays(1) : from, EndOf(day)));
        if (before is not Fact<int>.Unknown { Reason: UnknownReason.NotRecorded })
            return before;
        var after = chart.Observations
            .Where(observation => observation.Source == ChartKey.Performance && observation.Time is { When: var when }
                && DayOf(when) > day && DayOf(when) <= day.AddDays(Windows.MostDaysAroundEvaluation))
            .Select(observation => DayOf(observation.Time!.When)).Order().Distinct();
        return after.Select(next => EcogIn(Between(next, EndOf(next)))).FirstOrDefault(grade => grade is Fact<int>.Known) ?? before;
    }

    private Span Between(DateOnly? since, DateTimeOffset until)
    {
        var moment = until < asOf ? until : asOf;
        if (_spans.TryGetValue((since, moment), out var known))
            return known;
        var of = since is { } day ? chart with { Observations = [.. chart.Observations.Where(observation => observation.Time is not { When: var when } || DayOf(when) >= day)] } : chart;
        return _spans[(since, moment)] = new(of, new Results(of, knowledge, moment), moment);
    }

    private Fact<int> EcogIn(Span span)
    {
        var grade = new PerformanceFacts(span.Results, knowledge, ehr.ReadsKarnofsky).Ecog;
        return grade is Fact<Finding>.Known { Value.Compared.OnlyValue: null }
            ? new Fact<int>.Unknown(UnknownReason.BoundOnly)
            : grade.Map(finding => (int)finding.Compared.OnlyValue!.Value);
    }

    // What was found before the first dose is no course since it.
    private (string Marker, Fact<Finding> AtFirstDose, Fact<Finding> Now) MarkerOf(string marker, DateOnly? firstDose, Func<Span, Fact<Finding>> read) => firstDose is { } day
        ? (marker, read(Between(null, EndOf(day))), read(Between(day.AddDays(1), asOf)))
        : (marker, new Fact<Finding>.Unknown(UnknownReason.ImpreciseDate), new Fact<Finding>.Unknown(UnknownReason.ImpreciseDate));

    private Fact<Finding> Afp(Span span) => new LaboratoryFacts(span.Results, knowledge, new PersonFacts(span.Chart, span.Until, ehr.Zone)).Afp;

    private Fact<Finding> Nlr(Span span) =>
        new ConfounderFacts(span.Chart, history, new ConditionFacts(span.Chart, knowledge, ehr.HasNoEncounterDiagnoses), knowledge, span.Until)
            .Marked(new DifferentialFacts(span.Chart, span.Results, knowledge.Rules).Ratio(span.Until));

    private DateOnly DayOf(ClinicalTime when) => DayOf(when.Latest);

    private DateOnly DayOf(DateTimeOffset instant) => ChartTimes.DayIn(ehr.Zone, instant);

    private DateTimeOffset EndOf(DateOnly day)
    {
        var end = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(end, ehr.Zone.GetUtcOffset(end)).AddMinutes(-knowledge.Rules.FutureMinutes - 1);
    }

    /// <summary>The chart as it was at a moment, without what came before a day.</summary>
    private sealed record Span(PatientChart Chart, Results Results, DateTimeOffset Until) : PatientData;
}
