using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Clinical.Growth;
using HpdCds.Hooks;

namespace HpdCds.Trust;

/// <summary>One entry of <c>HpdCds:Ehrs</c> as written.</summary>
public sealed class EhrSettings
{
    private const int MostCalls = 100_000;

    public string Name { get; init; } = "";

    /// <summary><c>iss</c> of this EHR's tokens, to the letter. Without one in any entry nobody is asked who they are.</summary>
    public string? Issuer { get; init; }

    public KeySettings Keys { get; init; } = new();

    /// <summary>What this EHR writes as <c>aud</c> where people type it by hand, beside the address that is called.</summary>
    public IList<string> Audiences { get; init; } = [];

    /// <summary>Accepted signatures; ES384 and RS384 when none is listed.</summary>
    public IList<string> Algorithms { get; init; } = [];

    public TimeSpan MaxTokenLifetime { get; init; } = TimeSpan.FromMinutes(60);

    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For an issuer that signs for many hospitals: the values of <c>tenant</c> that this entry is for.</summary>
    public IList<string> Tenants { get; init; } = [];

    /// <summary>Our OAuth client id at this EHR: what <c>fhirAuthorization.subject</c> should say.</summary>
    public string? ClientId { get; init; }

    /// <summary>Refuse an access token that was made for another client, with 403; else it is noted in the log and used.</summary>
    public bool RefuseForeignTokens { get; init; }

    public IList<string> FhirBaseUrls { get; init; } = [];

    /// <summary>Hosts among ours to call that may stand for a private address or for this machine.</summary>
    public IList<string> AllowPrivateAddresses { get; init; } = [];

    public IList<string> CorsOrigins { get; init; } = [];

    /// <summary><c>spec</c>, <c>epic</c> or <c>sandbox</c>: which habits to expect.</summary>
    public string Quirks { get; init; } = "spec";

    /// <summary><c>full</c> or <c>lean</c>: the prefetch templates that discovery shows to this EHR.</summary>
    public string Registration { get; init; } = "full";

    /// <summary>The services that this EHR may call, each <c>live</c>, <c>silent</c> or <c>off</c>; all of them live when none is listed.</summary>
    public IDictionary<string, string> Services { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>IANA name of the zone in which this hospital writes times without an offset.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>The language of the cards: one that fhir-profiles/wording has.</summary>
    public string Language { get; init; } = "en";

    /// <summary><c>status-412</c> or <c>card</c>; what suits the quirks when nothing is written.</summary>
    public string? NotAssessable { get; init; }

    /// <summary><c>info</c> or <c>warning</c>: no card is louder.</summary>
    public string IndicatorCeiling { get; init; } = "warning";

    public bool NoEncounterDiagnoses { get; init; }

    public bool UnresolvedInfoLine { get; init; }

    /// <summary>Read a Karnofsky score as the ECOG grade that goes with it (the table is in facts.json).</summary>
    public bool ReadsKarnofsky { get; init; }

    /// <summary>Calls of this EHR: a steady rate (twice as many in a burst), and how many at once. Beyond them: 429.</summary>
    public int CallsPerSecond { get; init; } = 100;

    public int ConcurrentCalls { get; init; } = 64;

    /// <summary>This hospital's codes for the orders that a card may offer (cbc, ldh, afp, bilirubin, albumin, inr, imaging, afp-recheck).</summary>
    public IDictionary<string, OrderCodeSettings> OrderCodes { get; init; } = new Dictionary<string, OrderCodeSettings>(StringComparer.Ordinal);

    /// <summary>By tumour group (hcc, ..., * for all others): the definition of hyperprogression that decides whether growth is a warning.</summary>
    public IDictionary<string, string> GrowthDefinitions { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>This service as a SMART app of this EHR; none where it is not there.</summary>
    public SmartSettings? Smart { get; init; }

    internal TrustedEhr Check(string place, string root, string[] languages, List<string> errors)
    {
        var checks = new EntryCheck(place, errors);
        checks.Require(!string.IsNullOrWhiteSpace(Name), "Name is missing");
        checks.Require(FhirBaseUrls.Count > 0, "FhirBaseUrls lists no server");
        checks.Require(TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone), $"TimeZone '{TimeZone}' is not known here");
        checks.OneOf("Language", Language, languages);
        checks.Require(!RefuseForeignTokens || ClientId is not null, "RefuseForeignTokens needs a ClientId");
        checks.OneOf("Quirks", Quirks, "spec", "epic", "sandbox");
        checks.OneOf("Registration", Registration, "full", "lean");
        checks.OneOf("IndicatorCeiling", IndicatorCeiling, "info", "warning");
        if (NotAssessable is not null)
            checks.OneOf("NotAssessable", NotAssessable, "status-412", "card");
        checks.Require(CallsPerSecond is >= 1 and <= MostCalls && ConcurrentCalls is >= 1 and <= MostCalls, $"CallsPerSecond and ConcurrentCalls must lie between 1 and {MostCalls}");
        foreach (var (name, code) in OrderCodes)
        {
            checks.Require(
                OrderSuggestions.Orderable.Contains(name, StringComparer.Ordinal) && !string.IsNullOrWhiteSpace(code.System) && !string.IsNullOrWhiteSpace(code.Code),
                $"OrderCodes:{name} must be one of {string.Join(", ", OrderSuggestions.Orderable)}, with System and Code");
        }

        foreach (var (tumour, rule) in GrowthDefinitions)
            checks.Require(GrowthRule.Every.Any(known => known.Id == rule), $"GrowthDefinitions:{tumour} must be one of {string.Join(", ", GrowthRule.Every.Select(known => known.Id))}");

        return new TrustedEhr
        {
            Name = Name,
            Issuer = CheckIssuer(checks, root),
            ClientId = ClientId,
            RefusesForeignTokens = RefuseForeignTokens,
            FhirBases = [.. FhirBaseUrls.Select(checks.Base).OfType<FhirBase>()],
            PrivateHosts = [.. AllowPrivateAddresses.Where((host, at) => checks.Host("AllowPrivateAddresses", host, at)).Select(host => host.ToLowerInvariant())],
            CorsOrigins = [.. CorsOrigins.Where((origin, at) => checks.Origin("CorsOrigins", origin, at))],
            IsLean = Registration == "lean",
            Services = checks.Services(Services),
            Zone = zone ?? TimeZoneInfo.Utc,
            Language = Language,
            // These clients show nothing, or an error, for every status but 200.
            NotAssessable = (NotAssessable ?? (Quirks == "spec" ? "status-412" : "card")) == "card" ? NotAssessablePolicy.Card : NotAssessablePolicy.Status412,
            IsCappedAtInfo = IndicatorCeiling == "info",
            NoEncounterDiagnoses = NoEncounterDiagnoses,
            UnresolvedInfoLine = UnresolvedInfoLine,
            ReadsKarnofsky = ReadsKarnofsky,
            CallsPerSecond = CallsPerSecond,
            ConcurrentCalls = ConcurrentCalls,
            GrowthDefinitions = GrowthDefinitions.ToImmutableDictionary(StringComparer.Ordinal),
            OrderCodes = OrderCodes.ToImmutableDictionary(pair => pair.Key, pair => new HookCoding(pair.Value.System, pair.Value.Code, pair.Value.Display), StringComparer.Ordinal),
            Smart = Smart?.Check(checks, root, FhirBaseUrls.Select(FhirBase.Parse).OfType<FhirBase>().Select(server => server.Host), withGrowth: Services.TryGetValue(HookCatalogue.Growth, out var growth) && growth == "live"),
        };
    }

    private TrustedIssuer? CheckIssuer(EntryCheck checks, string root)
    {
        var hasKeys = Keys.File is not null || Keys.Url is not null || Keys.AllowedJku.Count > 0;
        checks.Require(Issuer is null or { Length: > 0 }, "Issuer is empty");
        checks.NoUser("Issuer", Issuer ?? "");
        checks.Require(Issuer is null == !hasKeys, "Issuer and Keys belong together: one of the two is missing");
        if (string.IsNullOrEmpty(Issuer))
        {
            checks.Require(Tenants.Count == 0 && Audiences.Count == 0, "Tenants and Audiences need an Issuer");
            return null;
        }

        checks.Require(MaxTokenLifetime > TimeSpan.Zero && MaxTokenLifetime <= TimeSpan.FromHours(24), "MaxTokenLifetime must lie between 0 and 24 hours");
        checks.Require(ClockSkew >= TimeSpan.Zero && ClockSkew <= TimeSpan.FromSeconds(60), "ClockSkew must lie between 0 and 60 seconds");
        checks.Require(Audiences.All(audience => audience.Length > 0 && !audience.Contains('*', StringComparison.Ordinal)), "Audiences holds an empty text or a wildcard");
        foreach (var audience in Audiences)
            checks.NoUser("Audiences", audience);
        checks.Require(Tenants.All(tenant => tenant.Length > 0), "Tenants holds an empty text");
        foreach (var algorithm in Algorithms)
            checks.Require(TokenAlgorithm.All.ContainsKey(algorithm), $"Algorithms: '{algorithm}' is none of {string.Join(", ", TokenAlgorithm.All.Keys)}");
        return new TrustedIssuer(
            Issuer,
            Keys.Check(checks, root),
            [.. Audiences],
            Algorithms.Count > 0 ? [.. Algorithms] : TokenAlgorithm.Default,
            MaxTokenLifetime,
            ClockSkew,
            [.. Tenants]);
    }
}

/// <summary>Where the keys of an issuer come from. Nothing in a token adds to it.</summary>
public sealed class KeySettings
{
    /// <summary>A JWKS that the site received on another way, as a file.</summary>
    public string? File { get; init; }

    /// <summary>The address of the JWKS for tokens that name none.</summary>
    public string? Url { get; init; }

    /// <summary>The values of the header <c>jku</c> that are followed, to the letter.</summary>
    public IList<string> AllowedJku { get; init; } = [];

    internal KeySource Check(EntryCheck checks, string root)
    {
        checks.Require(File is null || Url is null, "Keys: File and Url exclude each other");
        var path = File is null ? null : Path.Combine(root, File);
        return new KeySource(path is null ? null : ReadFile(path, checks), path, Url is null ? null : checks.KeyUrl("Keys:Url", Url), [.. AllowedJku.Select(url => checks.KeyUrl("Keys:AllowedJku", url)).OfType<string>()]);
    }

    private static KeySet ReadFile(string path, EntryCheck checks)
    {
        try
        {
            var keys = KeySet.Parse(System.IO.File.ReadAllBytes(path));
            checks.Require(keys.Count > 0, "Keys:File holds no key that may be used");
            return keys;
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            checks.Require(false, "Keys:File cannot be read as a JWKS");
            return KeySet.Empty;
        }
    }
}

/// <summary>A code of the hospital's own order catalogue.</summary>
public sealed class OrderCodeSettings
{
    public string System { get; init; } = "";

    public string Code { get; init; } = "";

    public string? Display { get; init; }
}
