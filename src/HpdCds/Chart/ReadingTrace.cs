using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>What became of a resource that was received.</summary>
public enum Fate
{
    /// <summary>A fact rests on it.</summary>
    Used,

    /// <summary>Another one counts instead: a newer one, one of better status, or one that weighs more.</summary>
    Superseded,

    /// <summary>It speaks of a fact and does not count for it: too old, unknown unit, resolved, refuted, not enough...</summary>
    Unusable,

    /// <summary>Entered in error, cancelled, not done, a draft, in the future, or without a value.</summary>
    NotEvidence,

    /// <summary>No reader found anything in its codes and words.</summary>
    OtherCode,

    /// <summary>A resource type that this key does not ask for.</summary>
    OtherType,

    /// <summary>It names another patient, or none where one is needed.</summary>
    AnotherPatient,

    /// <summary>It could not be read as FHIR.</summary>
    Unreadable,

    /// <summary>It had already come under another key.</summary>
    Repeated,
}

/// <summary>One note about one resource.</summary>
/// <param name="Fact">The fact that it is about; null when none.</param>
/// <param name="Why">A stable kebab-case code, where there is more to say.</param>
public sealed record ResourceFate(string Reference, Fate Fate, ChartKey? Key, string? Fact, string? Why) : PatientData;

/// <summary>
/// Collects what became of each resource, for whoever asks why. A hook call reads without one: nothing is kept of a
/// patient that nobody asked for.
/// </summary>
public sealed class ReadingTrace
{
    private readonly List<ResourceFate> _notes = [];

    public IReadOnlyList<ResourceFate> Notes => _notes;

    public void Note(string reference, Fate fate, ChartKey? key = null, string? fact = null, string? why = null)
    {
        lock (_notes)
            _notes.Add(new(reference, fate, key, fact, why));
    }
}
