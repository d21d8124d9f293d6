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
        ["HpdCds:Ehrs:0:Name"] = "sandbox",
        ["HpdCds:Ehrs:0:FhirBaseUrls:0"] = addresses.FhirBase,
        ["HpdCds:Ehrs:0:CorsOrigins:0"] = addresses.Ehr(),
    };
}
