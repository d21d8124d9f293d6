using System.Collections.Immutable;
using System.Text.Json;
using HpdCds.Clinical;

namespace HpdCds.Chart;

/// <summary>The prefetch keys, which are also the names of our own queries (the table is <c>PrefetchTable</c>).</summary>
public enum ChartKey
{
    Patient,
    Problems,
    EncounterDx,
    Cbc,
    Chemistry,
    Liver,
    Markers,
    Performance,
    Staging,
    Genomics,
    Medications,
    Statements,
    Administrations,
    Procedures,

    /// <summary>Sizes of tumours, their sums, new lesions and the response: of <c>hpd-growth</c>, as are those below.</summary>
    Growth,

    /// <summary>Reports of imaging.</summary>
    Reports,

    /// <summary>Imaging studies.</summary>
    Studies,

    /// <summary>Orders of services, imaging among them.</summary>
    Plans,

    Appointments,
}

/// <summary>The names of the keys on the wire.</summary>
public static class ChartKeys
{
    private static readonly string[] Names = [.. Enum.GetNames<ChartKey>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    public static string NameOf(ChartKey key) => Names[(int)key];
}

/// <summary>How reading one key ended. Only <see cref="Complete"/> lets an absence mean anything.</summary>
public enum SourceState
{
    /// <summary>Everything that the source holds was read; it may be nothing.</summary>
    Complete,

    /// <summary>Entries are missing: a page that could not be followed, a cap, an error beside matches.</summary>
    Truncated,

    /// <summary>The key did not come and no usable token came either.</summary>
    NotSupplied,

    /// <summary>The server or the client said that this may not be read.</summary>
    NotAuthorised,

    /// <summary>An error outcome, an HTTP failure, a time-out, or something that is not FHIR.</summary>
    Failed,
}

/// <param name="NewestFirstDownTo">
/// For a search that asked for <c>_sort=-date</c> and whose entries came newest first: the time of the oldest entry
/// received. A latest value is then certain, even from a truncated source, when this lies before its window.
/// </param>
/// <param name="Supplied">Whether the client sent the key at all (as anything).</param>
public sealed record ChartSource(ChartKey Key, SourceState State, DateTimeOffset? NewestFirstDownTo, bool Supplied) : PatientData;

/// <summary>
/// Everything that was read about the patient and nothing else: the last thing that knows where data came from.
/// Resources of other patients and unreadable entries are already gone and counted in <see cref="Dropped"/>.
/// A key without a source was not asked for.
/// </summary>
public sealed record PatientChart(
    string PatientId,
    ChartPatient? Patient,
    ImmutableArray<ChartObservation> Observations,
    ImmutableArray<ChartCondition> Conditions,
    ImmutableArray<ChartMedication> Medications,
    ImmutableDictionary<ChartKey, ChartSource> Sources,
    DroppedEntries Dropped) : PatientData
{
    public ImmutableArray<ChartProcedure> Procedures { get; init; } = [];

    /// <summary>What only growth is read from.</summary>
    public ChartImaging Imaging { get; init; } = ChartImaging.None;

    /// <summary>The Patient resource that came is another person: no card may be made from this chart.</summary>
    public bool IsAnotherPatient => Dropped.PatientMismatch;
}

/// <param name="OtherPatient">Clinical resources that name another patient, or none where one is needed.</param>
/// <param name="Unreadable">Entries that could not be read as FHIR.</param>
/// <param name="PatientMismatch">The Patient resource itself was another person's.</param>
public sealed record DroppedEntries(int OtherPatient, int Unreadable, bool PatientMismatch);
