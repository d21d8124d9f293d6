using System.Collections.Immutable;
using HpdCds.Reports;
using HpdCds.Store;

namespace HpdCds.Trust;

/// <summary>The section <c>HpdCds</c> as written by a site. <see cref="Check"/> turns it into what the service works with.</summary>
public sealed class SiteSettings
{
    public const string Section = "HpdCds";

    private const int MinAuditKeyBytes = 32;

    private static readonly TimeSpan LongestLimit = TimeSpan.FromMinutes(5);

    /// <summary>The sandbox of this repository, so that the service runs without any settings.</summary>
    private static readonly EhrSettings Sandbox = new()
    {
        Name = "sandbox",
        FhirBaseUrls = ["http://localhost:5080/fhir"],
        AllowPrivateAddresses = ["localhost"],
        CorsOrigins = ["http://localhost:5080"],
    };

    /// <summary>The address under which EHRs call, as they write it: what the audience of their tokens is held against.</summary>
    public string? PublicBaseUrl { get; init; }

    public IList<EhrSettings> Ehrs { get; init; } = [];

    /// <summary>Whether discovery needs a token, too.</summary>
    public bool DiscoveryNeedsToken { get; init; }

    /// <summary>Base64 of at least 32 bytes: patients have the same pseudonym in the audit of every replica. A secret.</summary>
    public string? AuditKey { get; init; }

    /// <summary>A folder of the same shape as fhir-profiles whose files extend or replace ours.</summary>
    public string? Overlay { get; init; }

    /// <summary>Whether codes count that nobody has seen confirmed in a public source.</summary>
    public bool UseUnverifiedCodes { get; init; }

    public int MaxBodyBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>
    /// All answers of the FHIR server to one hook call together: a first round of the largest, so that answers which are too
    /// large each still count as failed. A key that does not fit in is truncated.
    /// </summary>
    public int MaxAnswerBytes { get; init; } = 64 * 1024 * 1024;

    public int MaxBundleEntries { get; init; } = 10_000;

    /// <summary>How long a client may take to send its headers, and then again its body.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Where decisions and feedback are kept.</summary>
    public StoreSettings Store { get; init; } = new();

    /// <summary>Who may see reports; nobody where it is empty.</summary>
    public ReportSettings Reports { get; init; } = new();

    /// <summary>Where <c>/metrics</c> is served for a Prometheus, apart from the address that EHRs call; nowhere where it is empty.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>The address of this machine on which <see cref="MetricsPort"/> is open; by default every one, or loopback where EHRs are listened to on loopback only.</summary>
    public string? MetricsAddress { get; init; }

    /// <summary>How long calls are turned away before the service ends, so that a load balancer sends them elsewhere; in Development not at all.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What is done when a FHIR server fails.</summary>
    public ResilienceSettings Resilience { get; init; } = new();

    /// <summary>Reads the settings of a host as written.</summary>
    /// <exception cref="InvalidSettingsException">A name is misspelt or a value cannot be read; the message lists all of them.</exception>
    public static SiteSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Section);
        var errors = SettingsShape.Faults(section, typeof(SiteSettings)).ToList();
        return errors.Count > 0 ? throw new InvalidSettingsException(errors) : section.Get<SiteSettings>() ?? new SiteSettings();
    }

    /// <param name="environment">Production has rules of its own; paths are relative to its root.</param>
    /// <param name="languages">The languages in which there is a wording.</param>
    /// <exception cref="InvalidSettingsException">Something is wrong; the message lists everything that is.</exception>
    public TrustTable Check(IHostEnvironment environment, IEnumerable<string> languages)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var errors = new List<string>();
        var entries = Ehrs.Count > 0 ? Ehrs : [Sandbox];
        string[] worded = [.. languages.Order(StringComparer.Ordinal)];
        var ehrs = entries.Select((entry, place) => entry.Check($"{Section}:Ehrs:{place}", environment.ContentRootPath, worded, errors)).ToImmutableArray();
        CheckLimits(errors);
        errors.AddRange(Reports.Faults(environment.IsDevelopment()).Select(fault => $"{Section}:Reports:{fault}"));
        var publicBase = CheckPublicBase(errors);
        errors.AddRange(TrustTable.Faults(ehrs, publicBase).Select(fault => $"{Section}:{fault}"));
        if (!environment.IsDevelopment())
            errors.AddRange(ProductionRules.Faults(ehrs, entries).Select(fault => $"{Section}:{fault}"));
        return errors.Count == 0
            ? new TrustTable(ehrs, publicBase, mayReachThisMachine: environment.IsDevelopment())
            : throw new InvalidSettingsException(errors);
    }

    private FhirBase? CheckPublicBase(List<string> errors)
    {
        if (PublicBaseUrl is null)
            return null;
        var parsed = FhirBase.Parse(PublicBaseUrl);
        if (parsed is null || parsed.Text != PublicBaseUrl || !parsed.IsSafe)
            errors.Add($"{Section}:PublicBaseUrl must be an https URL in its plain spelling: lower-case host, no default port, no slash at the end");
        return parsed;
    }

    private void CheckLimits(List<string> errors)
    {
        if (MaxBodyBytes is < 1024 or > 256 * 1024 * 1024)
            errors.Add($"{Section}:MaxBodyBytes must lie between 1 KB and 256 MB");
        if (MaxAnswerBytes is < 1024 or > 1024 * 1024 * 1024)
            errors.Add($"{Section}:MaxAnswerBytes must lie between 1 KB and 1 GB");
        if (MaxBundleEntries < 1)
            errors.Add($"{Section}:MaxBundleEntries must be at least 1");
        if (((TimeSpan[])[ReadTimeout, CallTimeout, BodyTimeout]).Any(limit => limit <= TimeSpan.Zero || limit > LongestLimit))
            errors.Add($"{Section}:ReadTimeout, CallTimeout and BodyTimeout must lie above zero and not above {LongestLimit} (a plain number means days)");
        if (MetricsPort is < 1 or > 65_535)
            errors.Add($"{Section}:MetricsPort must be a port");
        if (MetricsAddress is not null && !System.Net.IPAddress.TryParse(MetricsAddress, out _))
            errors.Add($"{Section}:MetricsAddress must be an IP address of this machine (0.0.0.0 or :: for all)");
        if (DrainTime < TimeSpan.Zero || DrainTime > LongestLimit)
            errors.Add($"{Section}:DrainTime must lie between zero and {LongestLimit} (a plain number means days)");
        errors.AddRange(Store.Faults().Select(fault => $"{Section}:Store:{fault}"));
        errors.AddRange(Resilience.Faults().Select(fault => $"{Section}:Resilience:{fault}"));
        var buffer = new byte[AuditKey?.Length ?? 0];
        if (AuditKey is not null && !(Convert.TryFromBase64String(AuditKey, buffer, out var length) && length >= MinAuditKeyBytes))
            errors.Add($"{Section}:AuditKey must be base64 of at least {MinAuditKeyBytes} bytes");
    }
}

/// <summary>The settings cannot be worked with; the service does not start, or keeps what it had.</summary>
public sealed class InvalidSettingsException(IReadOnlyList<string> errors)
    : Exception("The settings are not usable:" + string.Concat(errors.Select(error => Environment.NewLine + "  " + error)))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
