using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace HpdCds.Trust;

/// <summary><c>Ehrs:n:Smart</c> as written: how this service is registered at the EHR as a SMART app. Without it cards have no link.</summary>
public sealed partial class SmartSettings
{
    private const int MostScopes = 32;

    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(8);
    private static readonly TimeSpan LongestReading = TimeSpan.FromMinutes(5);

    /// <summary>What the picture is made from, and nothing that writes.</summary>
    private static readonly ImmutableArray<string> Usual =
    [
        "launch", "openid", "fhirUser", "patient/Patient.r", "patient/Observation.rs", "patient/Condition.rs", "patient/MedicationRequest.rs",
        "patient/MedicationStatement.rs", "patient/MedicationAdministration.rs", "patient/Procedure.rs",
    ];

    /// <summary>What growth is judged by besides.</summary>
    private static readonly ImmutableArray<string> UsualForGrowth =
        ["patient/DiagnosticReport.rs", "patient/ImagingStudy.rs", "patient/ServiceRequest.rs", "patient/Appointment.rs"];

    /// <summary>Our client id as the app.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>A JWKS with private keys (RS384, ES384). The first one signs; the public halves of all are on <c>/smart/jwks.json</c>.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>What is asked for; what the picture needs when nothing is written.</summary>
    public IList<string> Scopes { get; init; } = [];

    /// <summary>The origins in whose frames the page may be shown.</summary>
    public IList<string> FrameAncestors { get; init; } = [];

    /// <summary>Hosts of the authorization server; those of FhirBaseUrls when none is written.</summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>The systems of this hospital's record numbers, for an EHR that does not mark one of them with the type MR, or several.</summary>
    public IList<string> RecordNumberSystems { get; init; } = [];

    /// <summary>How long a launch may be looked at.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long reading a patient may take altogether: a person waits who sees how far it is.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try of a call may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(15);

    internal SmartClient? Check(EntryCheck checks, string root, IEnumerable<string> serverHosts, bool withGrowth)
    {
        string[] scopes = Scopes.Count > 0 ? [.. Scopes] : [.. Usual, .. withGrowth ? UsualForGrowth : []];
        checks.Require(!string.IsNullOrWhiteSpace(ClientId), "Smart:ClientId is missing");
        checks.Require(scopes.Length <= MostScopes && Array.TrueForAll(scopes, IsScope), "Smart:Scopes holds what is no scope that only reads one patient (patient/Type.rs, launch, openid, fhirUser, online_access)");
        checks.Require(scopes.Contains("launch", StringComparer.Ordinal), "Smart:Scopes lacks launch");
        checks.Require(scopes.Contains("openid", StringComparer.Ordinal) || !scopes.Contains("fhirUser", StringComparer.Ordinal), "Smart:Scopes: fhirUser needs openid");
        checks.Require(RecordNumberSystems.All(system => !string.IsNullOrWhiteSpace(system)), "Smart:RecordNumberSystems holds an empty name");
        checks.Require(SessionLifetime > TimeSpan.Zero && SessionLifetime <= LongestSession, $"Smart:SessionLifetime must lie above zero and not above {LongestSession}");
        checks.Require(
            ReadTimeout > TimeSpan.Zero && ReadTimeout <= LongestReading && CallTimeout > TimeSpan.Zero && CallTimeout <= ReadTimeout,
            $"Smart:ReadTimeout must lie above zero and not above {LongestReading}, CallTimeout not above it");
        return new SmartClient
        {
            ClientId = ClientId,
            Keys = SmartKeys.Read(KeyFile, root, checks),
            Scopes = [.. scopes],
            FrameAncestors = [.. FrameAncestors.Where((origin, at) => checks.Origin("Smart:FrameAncestors", origin, at))],
            Hosts = [.. (AllowedHosts.Count > 0 ? AllowedHosts.Where((host, at) => checks.Host("Smart:AllowedHosts", host, at)) : serverHosts).Select(host => host.ToLowerInvariant())],
            RecordNumberSystems = [.. RecordNumberSystems],
            SessionLifetime = SessionLifetime,
            ReadTimeout = ReadTimeout,
            CallTimeout = CallTimeout,
        };
    }

    private static bool IsScope(string scope) => scope is "launch" or "openid" or "fhirUser" or "profile" or "online_access" || PatientScope().IsMatch(scope);

    // Interactions in the order of SMART 2 (cruds), and of them only those that read.
    [GeneratedRegex(@"^patient/[A-Z][A-Za-z]{1,63}\.(r|s|rs|read)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PatientScope();
}

/// <summary>This service as an app of one EHR, checked.</summary>
public sealed record SmartClient
{
    public required string ClientId { get; init; }

    public required SmartKeys Keys { get; init; }

    public required ImmutableArray<string> Scopes { get; init; }

    public required ImmutableArray<string> FrameAncestors { get; init; }

    public required ImmutableHashSet<string> Hosts { get; init; }

    public required ImmutableArray<string> RecordNumberSystems { get; init; }

    public required TimeSpan SessionLifetime { get; init; }

    public required TimeSpan ReadTimeout { get; init; }

    public required TimeSpan CallTimeout { get; init; }

    /// <summary>What to ask of a server that knows the scopes of SMART 2, or only those of SMART 1.</summary>
    public string ScopesFor(bool knowsSecondVersion) => string.Join(' ', Scopes
        .Select(scope => knowsSecondVersion || !scope.StartsWith("patient/", StringComparison.Ordinal) ? scope : scope[..scope.IndexOf('.', StringComparison.Ordinal)] + ".read")
        .Distinct(StringComparer.Ordinal));

    /// <summary>Whether an address of a configuration may be used: on a listed host, and nobody can listen in.</summary>
    public bool Allows(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            && address.UserInfo.Length == 0 && address.Fragment.Length == 0 && Hosts.Contains(address.Host.Trim('[', ']').ToLowerInvariant());
    }
}
