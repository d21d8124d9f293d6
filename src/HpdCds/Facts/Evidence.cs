using HpdCds.Chart;
using HpdCds.Clinical;

namespace HpdCds.Facts;

/// <summary>One statement about a finding, and where it stands.</summary>
internal sealed record Evidence(Statement Statement, Provenance Provenance) : PatientData
{
    /// <summary>Recognised in words only.</summary>
    public bool IsFromText { get; init; }

    /// <summary>Why a no may not count; null when it does.</summary>
    public UnknownReason? Reservation { get; init; }

    /// <summary>Tells whoever asked which statements decided a fact, and why the others did not.</summary>
    /// <param name="decided">What the fact became; null when nothing of this said enough.</param>
    public static void Explain(ReadingTrace? trace, string fact, IEnumerable<Evidence> all, Statement? decided)
    {
        if (trace is null)
            return;
        foreach (var one in all)
        {
            var (fate, why) = one switch
            {
                { Reservation: { } reservation } => (Fate.Unusable, reservation.Code()),
                _ when one.Statement == decided => (Fate.Used, one.IsFromText ? "text" : decided == Statement.Ambiguous ? "ambiguous" : null),
                _ when decided is null => (Fate.Unusable, "not-enough"),
                _ => (Fate.Superseded, "outweighed"),
            };
            trace.Note(one.Provenance.Source, fate, key: null, fact, why);
        }
    }
}
