namespace HpdCds.Clinical;

/// <summary>
/// Age in completed years at a moment, a range when the birth date is partial. Somebody born on 29 February completes a
/// year on 1 March (clinical model, sections 1 and 8).
/// </summary>
/// <param name="Least">The least possible age, years.</param>
/// <param name="Most">The greatest possible age, years.</param>
public sealed record Age(int Least, int Most) : PatientData
{
    /// <summary>Below this age, in years, a patient is a child and no model here applies.</summary>
    public const int Adult = 18;

    /// <summary>Surely a child.</summary>
    public bool IsChild => Most < Adult;

    /// <summary>The age of somebody born in the given span, on the calendar date of <paramref name="today"/>.</summary>
    /// <returns>The age, or null when the birth lies in the future or more than 130 years back.</returns>
    public static Age? At(DateOnly today, DateOnly earliestBirth, DateOnly latestBirth)
    {
        if (earliestBirth > today)
            return null;
        var least = CompletedYears(latestBirth > today ? today : latestBirth, today);
        var most = CompletedYears(earliestBirth, today);
        return most > 130 ? null : new Age(least, most);
    }

    /// <summary>The age as a finding.</summary>
    public Finding ToFinding() =>
        new(Interval.Between(Least, Most), UnknownReason.ImpreciseDate, new Shown.Span(Least, Most, "a", Class: null));

    private static int CompletedYears(DateOnly birth, DateOnly today)
    {
        var years = today.Year - birth.Year;
        var birthdayReached = (today.Month, today.Day).CompareTo((birth.Month, birth.Day)) >= 0;
        return birthdayReached ? years : years - 1;
    }
}
