using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Smart;

namespace HpdCds.Sandbox;

/// <summary>What a hospital would write into the service's settings for its EHR; here the hospital is the sandbox.</summary>
public static class SandboxSite
{
    /// <summary>The site's own codes (a recorded tumour thrombus), mounted beside the shipped knowledge.</summary>
    public static string Overlay => Path.Combine(AppContext.BaseDirectory, "overlay");

    public const string English = "en";
    public const string Chinese = "zh-CN";

    /// <summary>The languages in which the service can speak: one that it has no words for is not on offer.</summary>
    public static readonly IReadOnlyList<string> Languages =
        typeof(HpdCdsService).Assembly.GetManifestResourceInfo($"fhir-profiles/wording/{Chinese}.json") is null ? [English] : [English, Chinese];

    public static string FhirPath(string language) => language == English ? "/fhir" : "/fhir-zh";

    /// <summary>One EHR entry for each language: the language is a setting of the entry.</summary>
    public static IReadOnlyDictionary<string, string?> Settings(SandboxAddresses addresses)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["HpdCds:Overlay"] = Overlay,
            // What somebody overrode while trying must not be missing the next time.
            ["HpdCds:Store:Connection"] = $"Data Source={Path.Combine(Path.GetTempPath(), $"hpdcds-sandbox-{Guid.NewGuid():n}.db")}",
            ["HpdCds:PublicBaseUrl"] = addresses.Service.AbsoluteUri.TrimEnd('/'),
        };
        var appKeys = RegisteredApp.MakeKeyFile();
        foreach (var (language, place) in Languages.Select((language, place) => (language, place)))
        {
            var entry = FormattableString.Invariant($"HpdCds:Ehrs:{place}");
            settings[$"{entry}:Name"] = $"sandbox-{language}";
            settings[$"{entry}:Language"] = language;
            settings[$"{entry}:Issuer"] = addresses.FhirBaseFor(language);
            settings[$"{entry}:Keys:Url"] = addresses.Ehr() + ClientKeys.JwksPath;
            settings[$"{entry}:FhirBaseUrls:0"] = addresses.FhirBaseFor(language);
            settings[$"{entry}:AllowPrivateAddresses:0"] = new Uri(addresses.Ehr()).Host.Trim('[', ']');
            settings[$"{entry}:CorsOrigins:0"] = addresses.Ehr();
            settings[$"{entry}:Services:hpd-risk"] = "live";
            settings[$"{entry}:Services:hpd-growth"] = "live";
            settings[$"{entry}:Smart:ClientId"] = RegisteredApp.ClientId;
            settings[$"{entry}:Smart:KeyFile"] = appKeys;
            settings[$"{entry}:Smart:FrameAncestors:0"] = addresses.Ehr();
            foreach (var (order, code, display) in Orderable)
            {
                settings[$"{entry}:OrderCodes:{order}:System"] = "http://localhost:5080/orders";
                settings[$"{entry}:OrderCodes:{order}:Code"] = code;
                settings[$"{entry}:OrderCodes:{order}:Display"] = display;
            }
        }

        return settings;
    }

    private static readonly (string Name, string Code, string Display)[] Orderable =
    [
        ("cbc", "CBC", "Complete blood count with differential"),
        ("ldh", "LDH", "Lactate dehydrogenase"),
        ("afp", "AFP", "Alpha-fetoprotein"),
        ("bilirubin", "BILI", "Bilirubin, total"),
        ("albumin", "ALB", "Albumin"),
        ("inr", "INR", "Prothrombin time (INR)"),
        ("imaging", "CT-LIVER", "CT liver, multiphase, response assessment"),
        ("afp-recheck", "AFP-FU", "Alpha-fetoprotein, follow-up"),
    ];
}
