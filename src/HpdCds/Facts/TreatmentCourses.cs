using HpdCds.Chart;
using HpdCds.Clinical;
using HpdCds.Clinical.Growth;
using HpdCds.Knowledge;

namespace HpdCds.Facts;

/// <summary>The course of treatment with checkpoint inhibitors that growth is judged by.</summary>
/// <param name="First">The day of its first dose, or of the order where no dose is recorded; null where that cannot be said.</param>
/// <param name="Kind">How well that day is known.</param>
/// <param name="Source">The record that says so; null where there is no day.</param>
/// <param name="Medications">What the course is made of.</param>
/// <param name="Stopped">When it was stopped.</param>
internal sealed record TreatmentCourse(DateOnly? First, FirstDoseKind Kind, string? Source, ChartMedication[] Medications, Fact<DateOnly> Stopped) : PatientData
{
    /// <summary>The same where what was given could not all be read: the rest may hold an earlier dose, or doses of what was only ordered.</summary>
    public TreatmentCourse WhereUnread() => Kind == FirstDoseKind.Ordered
        ? this with { First = null, Kind = FirstDoseKind.Given, Source = null }
        : this with { Kind = First is null ? Kind : FirstDoseKind.AtTheLatest };
}

/// <summary>
/// The last run of doses without a long gap: after one, treatment begins anew, whichever inhibitor it is. An order says that a
/// dose was meant, a record of it that it was given: orders make a course only where nothing was given, or long after the last dose
/// (clinical model, section 5).
/// </summary>
internal sealed class TreatmentCourses(TreatmentHistory history, DrugRecognition drugs, KnowledgeBase knowledge, TimeZoneInfo zone, DateTimeOffset asOf)
{
    private ScanWindows Windows => knowledge.Growth.Criteria.Windows;

    public TreatmentCourse Last()
    {
        var all = history.Begun.Where(medication => !drugs.InhibitorsIn(medication.Concepts).Names.IsEmpty).Select(PartOf).ToArray();
        var given = Array.FindAll(all, part => !part.IsOrder);
        var dated = Array.FindAll(given, part => part.At is not null);
        var orders = Array.FindAll(all, part => part.IsOrder);
        var course = CertainRunOf(dated);
        var undated = Array.FindAll(given, part => part.At is null);
        if (OrdersAfter(orders, course) is { Length: > 0 } ordered)
        {
            // What was given, or may have been, before the order or at any time is a dose of which nobody says the day.
            var isOpen = undated.Length > 0 || MayHaveBegunBefore(ordered[0]) || IsFirstOrderUnclear(ordered[0], orders, course);
            return Made(ordered, FirstDoseKind.Ordered, isOpen, [.. ordered, .. undated], orders);
        }

        if (course.Length == 0)
            return Made([], FirstDoseKind.Given, isOpen: true, all, orders);
        var first = course.Where(part => part.Began is not null).OrderBy(part => part.Began).FirstOrDefault();
        // A day on treatment after the first recorded dose says nothing of an earlier one.
        var earlier = Array.FindAll(course, part => part.Began is null && part.From < first?.Began);
        return Made(
            first is null ? [] : [first],
            undated.Length + earlier.Length > 0 || MayHaveBegunBefore(first) ? FirstDoseKind.AtTheLatest : FirstDoseKind.Given,
            // Seen on treatment before the first dose that is recorded: there was an earlier one.
            isOpen: first is null || Array.Exists(earlier, part => part.At < first.Began) || MayHaveBegunAgain(all, course),
            [.. course, .. undated],
            orders);
    }

    private TreatmentCourse Made(Part[] first, FirstDoseKind kind, bool isOpen, Part[] parts, Part[] orders) => new(
        isOpen ? null : first[0].Began,
        isOpen ? FirstDoseKind.Given : kind,
        isOpen ? null : first[0].Medication.Reference,
        [.. parts.Select(part => part.Medication)],
        StopOf(parts, orders, isOpen ? null : first[0].Began));

    // A year joins two courses that no day of it can join: it is near by its last day, and by its first only where no dose would stand otherwise.
    private Part[] CertainRunOf(Part[] dated)
    {
        var run = RunOf(dated, knowledge.Rules.RecentExposureDays, part => part.At!.Value);
        return Array.Exists(run, part => part.Began is not null) ? run : RunOf(dated, knowledge.Rules.RecentExposureDays);
    }

    // What is active and has no day, beside a course that is long over, may be a new one.
    private bool MayHaveBegunAgain(Part[] all, Part[] course) => DayOf(asOf).DayNumber - course.Max(part => part.Last).DayNumber > knowledge.Rules.RecentExposureDays
        && Array.Exists(all, part => part is { At: null, Medication.Status: "active" });

    private static Part[] RunOf(IEnumerable<Part> dated, int mostDays) => RunOf(dated, mostDays, part => part.From!.Value);

    /// <summary>The last of the runs, oldest part first.</summary>
    /// <param name="near">By which of its days a part is near to the one before.</param>
    private static Part[] RunOf(IEnumerable<Part> dated, int mostDays, Func<Part, DateOnly> near)
    {
        var (run, last) = (new List<Part>(), DateOnly.MinValue);
        foreach (var part in dated.OrderBy(part => part.At).ThenBy(part => part.Medication.Reference, StringComparer.Ordinal))
        {
            if (run.Count > 0 && near(part).DayNumber - last.DayNumber > mostDays)
                run.Clear();
            if (run.Count == 0 || part.Last > last)
                last = part.Last;
            run.Add(part);
        }

        return [.. run];
    }

    // Orders that go on where the doses end are of their course, and those that begin long after it make one of their own.
    private Part[] OrdersAfter(Part[] orders, Part[] course)
    {
        var dated = Array.FindAll(orders, part => part.At is not null);
        if (course.Length == 0)
            return RunOf(dated, Windows.MostDaysBetweenOrders);
        var (last, days) = (course.Max(part => part.Last), knowledge.Rules.RecentExposureDays);
        foreach (var order in dated.OrderBy(part => part.At).Where(part => part.At > last))
        {
            if (order.At!.Value.DayNumber - last.DayNumber > days)
                return RunOf(dated.Where(part => part.At > last), Windows.MostDaysBetweenOrders);
            (last, days) = (order.At.Value, Windows.MostDaysBetweenOrders);
        }

        return [];
    }

    // The first order has no certain day, or another one that has none may be before it and of the same run.
    private bool IsFirstOrderUnclear(Part first, Part[] orders, Part[] course) => first.Began is not { } began || Array.Exists(orders, order => order.Began is null
        && (order.At is not { } at || (order.From < began && began.DayNumber - at.DayNumber <= Windows.MostDaysBetweenOrders && Array.TrueForAll(course, dose => dose.Last < at))));

    // A drug of which nobody says which it is may be the inhibitor, and an order of it that was stopped, or held, may have been given.
    private bool MayHaveBegunBefore(Part? first) => first?.Began is { } day
        && (history.Begun.Where(history.MayBeAny).Select(PartOf).Any(part => MayBeBefore(part, day))
            || history.PerhapsTaken.Where(medication => !drugs.InhibitorsIn(medication.Concepts).Names.IsEmpty).Select(PartOf)
                .Any(part => MayBeBefore(part, day) && !(part.IsOrder && !first.IsOrder && IsReplaced(part, day))));

    private bool MayBeBefore(Part part, DateOnly day) => part.At is null || (part.From < day && day.DayNumber - part.Last.DayNumber <= knowledge.Rules.RecentExposureDays);

    // What was ordered shortly before a recorded dose, and stopped, made room for the order of that dose.
    private bool IsReplaced(Part order, DateOnly dose) => order.From is { } ordered && dose.DayNumber - ordered.DayNumber <= Windows.MostDaysToDose;

    // Only a record that says that it is over says when, and only where nothing goes on after it; a list of doses never does, nor does
    // one that has no end.
    private Fact<DateOnly> StopOf(Part[] parts, Part[] orders, DateOnly? first)
    {
        var statements = parts.Select(part => part.Medication).Where(medication => medication.Kind == ChartMedicationKind.Statement).ToArray();
        var over = Array.FindAll(parts, part => part.Medication is { Kind: ChartMedicationKind.Statement, Time: not null } medication
            && (medication.Began is not null || medication.HasOnlyEnd)
            && (medication.Status == "stopped" || (medication.Status == "completed" && statements.Length == 1))
            && (medication.HasOnlyEnd || part.At < part.Last));
        var last = over.OrderByDescending(part => part.Last).FirstOrDefault();
        return last is not null
            && parts.All(part => part.Last <= last.Last && (part.Medication is not { Kind: ChartMedicationKind.Statement, Status: "stopped" } || over.Contains(part)))
            && IsKnownToBeEarlyOrNot(last, first)
            && Array.TrueForAll(statements, medication => medication.Status is "stopped" or "completed")
            && !Array.Exists(orders, order => order.Medication.Status == "active")
                ? new Fact<DateOnly>.Known(last.Last, new Provenance(last.Medication.Time!.When, last.Medication.Reference))
                : new Fact<DateOnly>.Unknown(UnknownReason.NotRecorded);
    }

    // An end of which only the month or the year is known, where the first of its days is early and the last is not, says neither.
    private bool IsKnownToBeEarlyOrNot(Part last, DateOnly? first)
    {
        bool IsEarly(DateOnly day) => GrowthInterval.MonthsIn(day.DayNumber - first!.Value.DayNumber) <= knowledge.Growth.Criteria.EarlyMonths;
        return last.Medication.Time!.When is var end
            && (end.Precision is TimePrecision.Day or TimePrecision.Instant || (first is not null && IsEarly(DayOf(end.Earliest)) == IsEarly(last.Last)));
    }

    private Part PartOf(ChartMedication medication)
    {
        var began = Precise(BeganOf(medication));
        var known = (medication.Began ?? medication.Time)?.When;
        var at = began ?? (known is { } when ? DayOf(when) : null);
        var last = medication.Time is { } time ? DayOf(time.When) : at;
        return new(medication, began, known is { } span ? DayOf(span.Earliest) : null, at, IsTakenWithoutEnd(medication) ? DayOf(asOf) : last ?? DateOnly.MinValue);
    }

    // On which day somebody was on a treatment, or when it ended, is not when it began.
    private static ChartTime? BeganOf(ChartMedication medication) => medication switch
    {
        { Kind: not ChartMedicationKind.Statement } => medication.Began ?? medication.Time,
        { Began: { } began } => began,
        { HasOnlyEnd: false, Status: "completed" } => medication.Time,
        _ => null,
    };

    private static bool IsTakenWithoutEnd(ChartMedication medication) =>
        medication is { Kind: ChartMedicationKind.Statement, Status: "active", Time: not null, HasOnlyEnd: false }
        && (medication.Began is null || medication.Began.When == medication.Time.When);

    private DateOnly? Precise(ChartTime? time) => time?.When is { Precision: TimePrecision.Day or TimePrecision.Instant } when ? DayOf(when) : null;

    private DateOnly DayOf(ClinicalTime when) => DayOf(when.Latest);

    private DateOnly DayOf(DateTimeOffset instant) => ChartTimes.DayIn(zone, instant);

    /// <param name="Began">The day of its first dose, where this record says so.</param>
    /// <param name="From">The first day on which it can have begun: of "2024" the first of January; null where it has no time at all.</param>
    /// <param name="At">The last day on which it can have begun: of "2024" the last of December.</param>
    /// <param name="Last">The last day of which it speaks: its end, and today where it is taken without one.</param>
    private sealed record Part(ChartMedication Medication, DateOnly? Began, DateOnly? From, DateOnly? At, DateOnly Last) : PatientData
    {
        public bool IsOrder => Medication.Kind == ChartMedicationKind.Request;
    }
}
