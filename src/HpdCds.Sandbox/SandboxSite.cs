using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox;

/// <summary>What a hospital would write into the service's settings for its EHR; here the hospital is the sandbox.</summary>
public static class SandboxSite
{
    /// <summary>The site's own codes (a recorded tumour thrombus), mounted beside the shipped knowledge.</summary>
    public static string Overlay => Path.Combine(AppContext.BaseDirectory, "overlay");

    public static IReadOnlyDictionary<string, string?> Settings(SandboxAddresses addresses) => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["HpdCds:Overlay"] = Overlay,
        ["HpdCds:PublicBaseUrl"] = addresses.Service.AbsoluteUri.TrimEnd('/'),
        ["HpdCds:Ehrs:0:Name"] = "sandbox",
        ["HpdCds:Ehrs:0:Issuer"] = addresses.FhirBase,
        ["HpdCds:Ehrs:0:Keys:Url"] = addresses.Ehr() + ClientKeys.JwksPath,
        ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = addresses.FhirBase,
        ["HpdCds:Ehrs:0:AllowPrivateAddresses:0"] = new Uri(addresses.FhirBase).Host.Trim('[', ']'),
        ["HpdCds:Ehrs:0:CorsOrigins:0"] = addresses.Ehr(),
    }.Concat(Orderable.SelectMany(order => OrderCode(order.Name, order.Code, order.Display)))
        .ToDictionary(StringComparer.Ordinal);

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

    private static Dictionary<string, string?> OrderCode(string name, string code, string display) => new(StringComparer.Ordinal)
    {
        [$"HpdCds:Ehrs:0:OrderCodes:{name}:System"] = "http://localhost:5080/orders",
        [$"HpdCds:Ehrs:0:OrderCodes:{name}:Code"] = code,
        [$"HpdCds:Ehrs:0:OrderCodes:{name}:Display"] = display,
    };
}
