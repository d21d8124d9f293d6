using System.Collections.Immutable;
using System.Globalization;
using HpdCds.Chart;
using HpdCds.Trust;

namespace HpdCds.Hooks;

/// <summary>A hook call after every check of its envelope. Prefetch values are byte ranges of the body, unread so far, and empty where they were looked into as they came.</summary>
public sealed record HookRequest(
    string ServiceId,
    string Hook,
    string HookInstance,
    string PatientId,
    string UserId,
    string? EncounterId,
    ImmutableArray<string> Selections,
    ImmutableArray<ChartOrder> Orders,
    FhirBase? FhirServer,
    FhirAccess? Access,
    ImmutableDictionary<string, ReadOnlyMemory<byte>> Prefetch)
{
    /// <summary>The service that was called is <c>hpd-growth</c>.</summary>
    public bool IsForGrowth { get; init; }

    /// <summary>What stands in the values of <see cref="Prefetch"/> that were looked into as they came.</summary>
    public IReadOnlyDictionary<string, BundleWalk> Walked { get; init; } = ImmutableDictionary<string, BundleWalk>.Empty;

    /// <summary>What has been used of the right to ask, once the FHIR server was asked what a draft is.</summary>
    public ReadingBudget? Budget { get; init; }

    /// <summary>The drafts that order no drug, as <c>Type/id</c>; a selection may name one.</summary>
    public ImmutableArray<string> OtherDrafts { get; init; } = [];

    // A record prints its members by itself; these are data about a patient.
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ServiceId} {Hook} {HookInstance}");
}

/// <summary>The right to read from the EHR for a short while. The token shows itself to nobody but the one who sends it.</summary>
public sealed class FhirAccess(string token, DateTimeOffset until)
{
    private long _received;

    public string Token { get; } = token;

    /// <summary>When the token ends; the largest instant when the client did not say.</summary>
    public DateTimeOffset Until { get; } = until;

    /// <summary>How long one try may take where a person waits who sees how far it is; null where a prescriber waits.</summary>
    public TimeSpan? CallTimeout { get; init; }

    /// <summary>The server did not know the token any more (401).</summary>
    public bool IsRefused { get; set; }

    /// <summary>Counts what came over it, in all answers to one hook call.</summary>
    /// <returns>The sum, in bytes.</returns>
    public long Count(int bytes) => Interlocked.Add(ref _received, bytes);

    public override string ToString() => "[token]";
}
