using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using HpdCds.Clinical;
using HpdCds.Trust;

namespace HpdCds.Store;

/// <summary>The decision behind the card from which somebody comes.</summary>
/// <param name="Decision">Null when the reference leads nowhere, or no longer.</param>
/// <param name="IsAnotherPatient">It leads to somebody else's: then nothing of it may be shown.</param>
public sealed record CardOrigin(Decision? Decision, bool IsAnotherPatient) : PatientData
{
    /// <summary>Nobody came from a card.</summary>
    public static readonly CardOrigin None = new(Decision: null, IsAnotherPatient: false);

    public static readonly CardOrigin AnotherPatient = new(Decision: null, IsAnotherPatient: true);

    /// <summary>There was a card, and it is not known which.</summary>
    public static readonly CardOrigin Lost = new(Decision: null, IsAnotherPatient: false) { IsLost = true };

    /// <summary>Somebody came from a card that is not known any more, or cannot be looked up now.</summary>
    public bool IsLost { get; init; }
}

/// <summary>The record that a launch opened.</summary>
/// <param name="Tenant">Null where the EHR does not say.</param>
public sealed record OpenRecord(FhirBase Server, string? Tenant, string PatientId) : PatientData;

/// <summary>
/// The references that links of cards carry: random, of no meaning to anybody else, and of no use after some hours. The store has
/// only their hashes, so that it cannot say whose decisions they are.
/// </summary>
public sealed class CardContexts(Database database, TimeProvider clock)
{
    private const int Bytes = 16;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    public static string New() => Unguessable.New(Bytes);

    /// <summary>The patient, told with the reference as the key.</summary>
    /// <param name="server">Two servers of one EHR may know two people by one id; null where it cannot be said which it was.</param>
    public static string SubjectOf(string context, Hospital hospital, FhirBase? server, string patientId)
    {
        ArgumentNullException.ThrowIfNull(hospital);
        ArgumentNullException.ThrowIfNull(patientId);
        var text = $"{Pseudonyms.Written(hospital)}{server?.Text.Length ?? 0}:{server?.Text}{patientId}";
        return Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(context), Encoding.UTF8.GetBytes(text)));
    }

    /// <param name="context">As it came: anything at all.</param>
    /// <param name="launch">Whose record is open: on which server, and of which hospital where the EHR says so.</param>
    /// <exception cref="StoreAwayException">It could not be looked up now.</exception>
    public async Task<CardOrigin> FindAsync(string? context, TrustedEhr ehr, OpenRecord launch, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        ArgumentNullException.ThrowIfNull(launch);
        if (string.IsNullOrEmpty(context))
            return CardOrigin.None;
        if (context is not { Length: 22 } || !Base64Url.IsValid(context))
            return CardOrigin.Lost;
        var found = await database.RunAsync(
            connection => connection.QueryFirstOrDefaultAsync<Decision>(new(
                """
                SELECT id AS Id, at AS At, card AS Card, ehr AS Ehr, issuer AS Issuer, tenant AS Tenant, service AS Service, hook AS Hook, mode AS Mode, outcome AS Outcome,
                    shown AS Shown, recognition AS Recognition, agents AS Agents, regimen AS Regimen, exposure AS Exposure, tumour AS Tumour, version AS Version,
                    knowledge AS Knowledge, model AS Model, model_version AS ModelVersion, band_low AS BandLow, band_high AS BandHigh, points_low AS PointsLow,
                    points_high AS PointsHigh, settles AS Settles, reason AS Reason, factors AS Factors, sources AS Sources, outcome_link AS OutcomeLink,
                    milliseconds AS Milliseconds, inputs AS Inputs, context AS Context, subject AS Subject
                FROM decisions WHERE context = @Hash AND at > @Since
                """,
                new { Hash = Unguessable.HashOf(context), Since = (clock.GetUtcNow() - Lifetime).ToUnixTimeMilliseconds() },
                cancellationToken: stop)),
            stop);
        if (found is null)
            return CardOrigin.Lost;
        var hospital = new Hospital(ehr.Name, launch.Tenant ?? found.Tenant);
        if (found.Subject == SubjectOf(context, hospital, launch.Server, launch.PatientId))
            return new(found, IsAnotherPatient: false);
        // A card that did not say which of several servers its patient is of is nobody's that we could know.
        return found.Subject == SubjectOf(context, hospital, server: null, launch.PatientId) ? CardOrigin.Lost : CardOrigin.AnotherPatient;
    }
}
