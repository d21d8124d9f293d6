namespace HpdCds.Chart;

/// <summary>
/// How much one hook call may ask of a FHIR server: calls, pages and time, for the drafts that have to be named, the patient
/// and the Medications of the chart together.
/// </summary>
/// <param name="until">When reading must end.</param>
public sealed class ReadingBudget(DateTimeOffset until)
{
    /// <summary>Follow-up pages of one key, and of all keys together, beyond the first call of each.</summary>
    public const int PagesPerKey = 5;

    public const int PagesInAll = 40;

    /// <summary>
    /// Calls of one hook call beside the pages. Ten read a patient, and twenty-two on a server that takes neither forms nor hints;
    /// the rest names drafts and Medications one by one where these cannot be searched for.
    /// </summary>
    public const int Calls = 40;

    /// <summary>So many of them may go into naming drafts: what is left reads the patient whatever the server refuses.</summary>
    public const int CallsForDrafts = 8;

    private int _calls;
    private int _pages;

    public DateTimeOffset Until { get; } = until;

    public bool TakeCall() => Interlocked.Increment(ref _calls) <= Calls;

    public bool TakeCallForDrafts() => Interlocked.Increment(ref _calls) <= CallsForDrafts;

    public bool TakePage() => Interlocked.Increment(ref _pages) <= PagesInAll;
}
