using System.Text.Json.Nodes;
using HpdCds.Sandbox.Fhir;

namespace HpdCds.Sandbox.Orders;

/// <summary>Writes the bodies of hook requests; each is a new hook instance and, where one goes along, has a new token.</summary>
public sealed class HookBodies(FhirStore store, AccessTokens tokens, SandboxAddresses addresses)
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    public JsonObject Write(string hook, string patientId, DraftOrders drafts, Switches switches, JsonObject? templates)
    {
        var instance = Guid.NewGuid().ToString();
        var fhirBase = addresses.FhirBaseFor(switches.Language);
        var context = drafts.Context(hook, patientId);
        var request = new JsonObject { ["hook"] = hook, ["hookInstance"] = instance, ["context"] = context };
        // The service tells its EHRs apart by their FHIR base, so that another language must name its own, token or not.
        if (switches.SendsToken || switches.Language != SandboxSite.English)
            request["fhirServer"] = fhirBase;
        if (switches.SendsToken)
            request["fhirAuthorization"] = Authorization(patientId, instance, switches.ServerFault);
        if (switches.SendsPrefetch && templates is { Count: > 0 })
        {
            var prefetch = PrefetchTemplates.Fill(templates, context, store, fhirBase);
            PrefetchFaulting.Apply(prefetch, switches, patientId);
            request["prefetch"] = prefetch;
        }
        return request;
    }

    private JsonObject Authorization(string patientId, string hookInstance, ServerFault fault) => new()
    {
        ["access_token"] = tokens.Issue(new AccessGrant(patientId, hookInstance, fault), fault == ServerFault.ExpiredToken ? TimeSpan.Zero : TokenLifetime),
        ["token_type"] = "Bearer",
        ["expires_in"] = (int)TokenLifetime.TotalSeconds,
        ["scope"] = "patient/*.rs",
        ["subject"] = "hpd-cds",
        ["patient"] = patientId,
    };
}
