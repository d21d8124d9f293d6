using System.Text;
using HpdCds.Chart;
using HpdCds.Hooks;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Deploy;

/// <summary>What an administrator types, in the words of one kind of client.</summary>
/// <param name="Document">The discovery document whose addresses are typed.</param>
internal sealed record Client(string File, string Name, string Document, string Quirks, string Issuer, string Keys, string[] Notes);

/// <summary>The install sheets, made from what discovery publishes, so that the two cannot drift apart.</summary>
internal static class InstallSheets
{
    private const string Host = "https://cds.example.org";

    public static readonly Client[] Clients =
    [
        new("epic", "Epic", "", "epic", "https://fhir.hospital.example.org/api/FHIR/R4", "\"AllowedJku\": [\"https://fhir.hospital.example.org/api/FHIR/R4/.well-known/jwks.json\"]",
        [
            "Discovery is not read: type the addresses and the templates below into the advisory record, letter by letter.",
            "The address must equal an Endpoint URI of the client id, and the scopes for unsigned orders must be granted; otherwise the hook fires without draft orders, and the answer is 400 naming `context.draftOrders`.",
            "`iss`, `aud` and `sub` are typed by the analyst: `aud` must be the address below, or stand in `Audiences`. `iss` is the organisation's FHIR base URL, and the key address (`jku`) is the organisation's own: take both from a first call or from the technical contact, and list them.",
            "Tokens are signed with RS384 and carry no `tenant`: leave `Tenants` out.",
            "Register the client id for FHIR R4. Map the override reasons below to acknowledgement reasons.",
            "Orders that a card offers take their details from the preference list: put its codes into `OrderCodes`.",
            "Other statuses than 200 may stay invisible: `Quirks` is `epic`, so that a card says when nothing could be read.",
        ]),
        new("oracle-health", "Oracle Health", "", "spec", "https://cds-hooks.cerner.com", "\"AllowedJku\": [\"https://authorization.example.org/jwk\"]",
        [
            "The public description of the CDS Hooks client is a draft of 2021 that lists `patient-view` only. Ask whether order hooks are offered in your domain before you plan anything.",
            "Registration is by form: type the addresses and templates below.",
            "One issuer speaks for all hospitals: `Tenants` must name yours, and every hospital is an entry of its own. The list of key addresses is published by the vendor's authorization server; list the one that your tokens name.",
            "Scopes are written in the older form (`patient/Observation.read`).",
            "The service is called with POST only.",
        ]),
        new("athenahealth", "athenahealth", "", "spec", "https://issuer.example.org", "\"Url\": \"https://issuer.example.org/jwks.json\"",
        [
            "Consultations run when a provider adds orders to an order group or to the Assessment and Plan; cards appear in the Decision Support Panel.",
            "Which hooks are fired, how tokens are signed and how long the client waits is described on the developer portal, which was not available to us: fill in `Issuer`, `Keys` and `Audiences` with the vendor, and try `silent` first.",
        ]),
        new("generic", "Any CDS Hooks 2.0 client", "", "spec", "https://ehr.example.org", "\"Url\": \"https://ehr.example.org/.well-known/jwks.json\"",
        [
            "Point the client at the discovery address. A client that keeps one entry for each address takes `/by-hook/cds-services`; one that fires on every order, and lets us read with a token, takes `/lean/cds-services`.",
            "A browser client needs its origin in `CorsOrigins`.",
        ]),
    ];

    public static string Write(Client client)
    {
        var knowledge = KnowledgeLoader.Load();
        var table = new PrefetchTable(knowledge.Codes);
        var services = new HookCatalogue(table).Discovery(client.Document, ehr: null).Services;
        var text = new StringBuilder();
        text.AppendLine($"# Installing at {client.Name}").AppendLine();
        text.AppendLine("Made from what discovery publishes; do not edit. `cds.example.org` stands for the host of this service, everything else that ends in `example.org` for yours.").AppendLine();
        foreach (var note in client.Notes)
            text.AppendLine($"- {note}");
        WriteAddresses(text, client, services);
        text.AppendLine().AppendLine("## Prefetch").AppendLine();
        foreach (var (key, template) in services[0].Prefetch)
            text.AppendLine($"`{key}`").AppendLine("```").AppendLine(template).AppendLine("```");
        text.AppendLine().AppendLine("A key that is left out is read with the token of the request; with neither the answer is 412.");
        WriteAccess(text, table);
        text.AppendLine().AppendLine("## Override reasons").AppendLine().AppendLine($"System `{knowledge.OverrideReasons.System}`; topic of every card `HPDRISK1`.").AppendLine();
        text.AppendLine("| code | text |").AppendLine("|---|---|");
        foreach (var reason in knowledge.OverrideReasons.Reasons)
            text.AppendLine($"| `{reason.Code}` | {reason.Display["en"]} |");
        WriteApp(text, table);
        WriteOurSide(text, client);
        return text.Replace(Environment.NewLine, "\n").ToString();
    }

    private static void WriteAddresses(StringBuilder text, Client client, IReadOnlyList<DiscoveredService> services)
    {
        text.AppendLine().AppendLine("## Addresses").AppendLine();
        text.AppendLine($"Discovery: `{Host}{client.Document}/cds-services`").AppendLine();
        text.AppendLine("| hook | address, which is also the `aud` of the token |").AppendLine("|---|---|");
        foreach (var service in services)
            text.AppendLine($"| `{service.Hook}` | `{Host}{client.Document}/cds-services/{service.Id}` |");
        text.AppendLine().AppendLine($"{services[0].Title}. {services[0].UsageRequirements}");
    }

    private static void WriteAccess(StringBuilder text, PrefetchTable table)
    {
        var types = table.Rows.Select(row => row.ResourceType).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        text.AppendLine().AppendLine("## Access that the request's token needs").AppendLine();
        text.AppendLine($"- SMART 2: `{string.Join(' ', types.Select(type => $"patient/{type}.rs"))}`");
        text.AppendLine($"- SMART 1: `{string.Join(' ', types.Select(type => $"patient/{type}.read"))}`");
    }

    private static void WriteApp(StringBuilder text, PrefetchTable table)
    {
        var types = table.Rows.Select(row => row.ResourceType).Where(type => type is not "Patient").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        text.AppendLine().AppendLine("## The SMART app behind the card").AppendLine();
        text.AppendLine("A confidential app with EHR launch; leave it out and cards have no link.").AppendLine();
        text.AppendLine("| what | value |").AppendLine("|---|---|");
        text.AppendLine($"| launch URL, also the `url` of every link | `{Host}/smart/launch` |");
        text.AppendLine($"| redirect URL | `{Host}/smart/callback` |");
        text.AppendLine($"| key set (JWKS) | `{Host}/smart/jwks.json` |");
        text.AppendLine("| client authentication | `private_key_jwt`, RS384 or ES384; PKCE with S256 |");
        text.AppendLine($"| scopes | `launch openid fhirUser patient/Patient.r {string.Join(' ', types.Select(type => $"patient/{type}.rs"))}` |");
        text.AppendLine("| context | `patient`; `appContext` as the link carries it; `need_patient_banner` where the EHR shows the patient itself |");
        text.AppendLine().AppendLine("Links leave to this one host; list it where the client drops hosts that it does not know. On our side: `Smart` in the entry below, with `ClientId`, `KeyFile` and, to be shown in a frame, `FrameAncestors`.");
    }

    private static void WriteOurSide(StringBuilder text, Client client)
    {
        text.AppendLine().AppendLine("## On our side").AppendLine().AppendLine("In `appsettings.json`; `appsettings.schema.json` describes every member.").AppendLine();
        var tenants = client.File == "oracle-health" ? "\n      \"Tenants\": [\"your-tenant-id\"]," : "";
        text.AppendLine(
            $$"""
            ```json
            "HpdCds": {
              "PublicBaseUrl": "{{Host}}",
              "Ehrs": [
                {
                  "Name": "hospital",
                  "Issuer": "{{client.Issuer}}",
                  "Keys": { {{client.Keys}} },{{tenants}}
                  "FhirBaseUrls": ["https://fhir.hospital.example.org/api/FHIR/R4"],
                  "Quirks": "{{client.Quirks}}",
                  "Services": { "hpd-risk": "silent" }
                }
              ]
            }
            ```
            """);
        text.AppendLine().AppendLine("Begin with `silent`: every call is evaluated and recorded, nothing is shown. `live` shows cards, `off` stops at once; both count without a restart.");
    }
}
