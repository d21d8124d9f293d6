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
    public static readonly CardOrigin Unknown = new(Decision: null, IsAnotherPatient: false);
}

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
    public static string SubjectOf(string context, Hospital hospital, string patientId)
    {
        ArgumentNullException.ThrowIfNull(hospital);
        ArgumentNullException.ThrowIfNull(patientId);
        return Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(context), Encoding.UTF8.GetBytes(Pseudonyms.Written(hospital) + patientId)));
    }

    /// <param name="context">As it came: anything at all.</param>
    /// <exception cref="StoreAwayException">It could not be looked up now.</exception>
    public async Task<CardOrigin> FindAsync(string? context, TrustedEhr ehr, string patientId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(ehr);
        if (context is not { Length: 22 } || !Base64Url.IsValid(context))
            return CardOrigin.Unknown;
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
            return CardOrigin.Unknown;
        return found.Ehr == ehr.Name && found.Subject == SubjectOf(context, new Hospital(found.Ehr, found.Tenant), patientId)
            ? new(found, IsAnotherPatient: false)
            : new(Decision: null, IsAnotherPatient: true);
    }
}
