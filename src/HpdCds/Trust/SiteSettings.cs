using System.Collections.Immutable;
using HpdCds.Cards;
using HpdCds.Hooks;

namespace HpdCds.Trust;

/// <summary>The section <c>HpdCds</c> as written by a site. <see cref="Check"/> turns it into what the service works with.</summary>
public sealed class SiteSettings
{
    public const string Section = "HpdCds";

    /// <summary>The sandbox of this repository, so that the service runs without any settings.</summary>
    private static readonly EhrSettings Sandbox = new()
    {
        Name = "sandbox",
        FhirBaseUrls = ["http://localhost:5080/fhir"],
        CorsOrigins = ["http://localhost:5080"],
    };

    public IList<EhrSettings> Ehrs { get; init; } = [];

    /// <summary>A folder of the same shape as fhir-profiles whose files extend or replace ours.</summary>
    public string? Overlay { get; init; }

    /// <summary>Whether codes count that nobody has seen confirmed in a public source.</summary>
    public bool UseUnverifiedCodes { get; init; }

    public int MaxBodyBytes { get; init; } = 5 * 1024 * 1024;

    public int MaxBundleEntries { get; init; } = 10_000;

    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <param name="languages">The languages in which there is a wording.</param>
    /// <exception cref="InvalidSettingsException">Something is wrong; the message lists everything that is.</exception>
    public TrustTable Check(IEnumerable<string> languages)
    {
        var errors = new List<string>();
        var entries = Ehrs.Count > 0 ? Ehrs : [Sandbox];
        var worded = languages.Order(StringComparer.Ordinal).ToImmutableArray();
        var ehrs = entries.Select((entry, place) => entry.Check($"{Section}:Ehrs:{place}", worded, errors)).ToImmutableArray();
        CheckLimits(errors);
        foreach (var twice in ehrs.SelectMany(ehr => ehr.FhirBases).GroupBy(url => url).Where(group => group.Count() > 1))
            errors.Add($"{Section}:Ehrs: {twice.Key} is listed more than once");
        return errors.Count == 0 ? new TrustTable(ehrs) : throw new InvalidSettingsException(errors);
    }

    private void CheckLimits(List<string> errors)
    {
        if (MaxBodyBytes is < 1024 or > 256 * 1024 * 1024)
            errors.Add($"{Section}:MaxBodyBytes must lie between 1 KB and 256 MB");
        if (MaxBundleEntries < 1)
            errors.Add($"{Section}:MaxBundleEntries must be at least 1");
        if (ReadTimeout <= TimeSpan.Zero || CallTimeout <= TimeSpan.Zero)
            errors.Add($"{Section}:ReadTimeout and CallTimeout must be above zero");
    }
}

/// <summary>One entry of <c>HpdCds:Ehrs</c> as written.</summary>
public sealed class EhrSettings
{
    public string Name { get; init; } = "";

    public IList<string> FhirBaseUrls { get; init; } = [];

    public IList<string> CorsOrigins { get; init; } = [];

    /// <summary>IANA name of the zone in which this hospital writes times without an offset.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>The language of the cards: one that fhir-profiles/wording has.</summary>
    public string Language { get; init; } = "en";

    /// <summary><c>status-412</c> or <c>card</c>.</summary>
    public string NotAssessable { get; init; } = "status-412";

    public bool NoEncounterDiagnoses { get; init; }

    public bool UnresolvedInfoLine { get; init; }

    /// <summary>Read a Karnofsky score as the ECOG grade that goes with it (the table is in facts.json).</summary>
    public bool ReadsKarnofsky { get; init; }

    /// <summary>This hospital's codes for the orders that a card may offer (cbc, ldh, afp, bilirubin, albumin, inr, imaging, afp-recheck).</summary>
    public IDictionary<string, OrderCodeSettings> OrderCodes { get; init; } = new Dictionary<string, OrderCodeSettings>(StringComparer.Ordinal);

    internal TrustedEhr Check(string place, ImmutableArray<string> languages, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(Name))
            errors.Add($"{place}:Name is missing");
        if (FhirBaseUrls.Count == 0)
            errors.Add($"{place}:FhirBaseUrls lists no server");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone))
            errors.Add($"{place}:TimeZone '{TimeZone}' is not known here");
        if (!languages.Contains(Language, StringComparer.Ordinal))
            errors.Add($"{place}:Language '{Language}' has no wording; there are {string.Join(", ", languages)}");
        if (NotAssessable is not ("status-412" or "card"))
            errors.Add($"{place}:NotAssessable must be status-412 or card");
        foreach (var (name, code) in OrderCodes)
        {
            if (!OrderSuggestions.Orderable.Contains(name, StringComparer.Ordinal) || string.IsNullOrWhiteSpace(code.System) || string.IsNullOrWhiteSpace(code.Code))
                errors.Add($"{place}:OrderCodes:{name} must be one of {string.Join(", ", OrderSuggestions.Orderable)}, with System and Code");
        }

        return new TrustedEhr(
            Name,
            [.. FhirBaseUrls.Select(url => CheckBase(url, place, errors)).OfType<FhirBase>()],
            [.. CorsOrigins.Where(origin => CheckOrigin(origin, place, errors))],
            zone ?? TimeZoneInfo.Utc,
            Language,
            NotAssessable == "card" ? NotAssessablePolicy.Card : NotAssessablePolicy.Status412,
            NoEncounterDiagnoses,
            UnresolvedInfoLine,
            OrderCodes.ToImmutableDictionary(pair => pair.Key, pair => new HookCoding(pair.Value.System, pair.Value.Code, pair.Value.Display), StringComparer.Ordinal))
        {
            ReadsKarnofsky = ReadsKarnofsky,
        };
    }

    private static FhirBase? CheckBase(string url, string place, List<string> errors)
    {
        var parsed = FhirBase.Parse(url);
        if (parsed is null)
            errors.Add($"{place}:FhirBaseUrls: '{url}' is not an absolute http(s) URL without user, query and fragment");
        else if (!parsed.IsLoopback && !parsed.Text.StartsWith("https://", StringComparison.Ordinal))
            errors.Add($"{place}:FhirBaseUrls: '{url}' must be https (plain http only on this machine)");
        return parsed;
    }

    private static bool CheckOrigin(string origin, string place, List<string> errors)
    {
        var parsed = FhirBase.Parse(origin);
        var isOrigin = parsed is not null && new Uri(origin).AbsolutePath == "/" && !origin.EndsWith('/')
            && (parsed.IsLoopback || origin.StartsWith("https://", StringComparison.Ordinal));
        if (!isOrigin)
            errors.Add($"{place}:CorsOrigins: '{origin}' must be an explicit origin such as https://ehr.example.org");
        return isOrigin;
    }
}

/// <summary>A code of the hospital's own order catalogue.</summary>
public sealed class OrderCodeSettings
{
    public string System { get; init; } = "";

    public string Code { get; init; } = "";

    public string? Display { get; init; }
}

/// <summary>The settings cannot be worked with; the service does not start.</summary>
public sealed class InvalidSettingsException(IReadOnlyList<string> errors)
    : Exception("The settings are not usable:" + string.Concat(errors.Select(error => Environment.NewLine + "  " + error)));
