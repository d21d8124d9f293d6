using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Chart;

/// <summary>The FHIR JSON of the tests, short.</summary>
internal static class Json
{
    public const string Ldh = "2532-0";

    public static string Patient(string id = "pat-1") => $$"""{"resourceType":"Patient","id":"{{id}}","gender":"female","birthDate":"1960-05-01"}""";

    public static string Observation(
        string id, string code = Ldh, string time = "2026-10-20T08:00:00Z", string subject = "Patient/pat-1",
        string value = """ "valueQuantity":{"value":180,"unit":"U/L","system":"http://unitsofmeasure.org","code":"U/L"} """, string status = "final", string system = "http://loinc.org") =>
        $$"""
        {"resourceType":"Observation","id":"{{id}}","status":"{{status}}","code":{"coding":[{"system":"{{system}}","code":"{{code}}"}]},
         "subject":{"reference":"{{subject}}"},"effectiveDateTime":"{{time}}",{{value}}}
        """;

    public static string Condition(string id, string subject = "Patient/pat-1") =>
        $$"""
        {"resourceType":"Condition","id":"{{id}}","code":{"coding":[{"system":"http://snomed.info/sct","code":"109841003"}]},
         "clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"confirmed"}]},"subject":{"reference":"{{subject}}"} }
        """;

    public static string Bundle(params string[] resources) => BundleOf("searchset", null, resources);

    public static string Paged(string next, params string[] resources) => BundleOf("searchset", next, resources);

    public static string BundleOf(string type, string? next, params string[] resources) =>
        $$"""
        {"resourceType":"Bundle","type":"{{type}}"{{(next is null ? "" : $$""","link":[{"relation":"self","url":"x"},{"relation":"next","url":"{{next}}"}]""")}},
         "entry":[{{string.Join(',', resources.Select(resource => $$"""{"resource":{{resource}}}"""))}}]}
        """;

    public static string Outcome(string severity, string code = "processing") =>
        $$"""{"resourceType":"OperationOutcome","issue":[{"severity":"{{severity}}","code":"{{code}}"}]}""";

    public static string Order(string id = "draft-1", string subject = "Patient/pat-1", string medication = """ "medicationCodeableConcept":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"1597876"}]} """) =>
        $$"""{"resourceType":"MedicationRequest","id":"{{id}}","status":"draft","intent":"order",{{medication}},"subject":{"reference":"{{subject}}"} }""";

    /// <summary>A golden request without the right to ask: what is missing in it would be asked for. Null where it is no JSON.</summary>
    public static JsonObject? WithoutAccess(string request, string server, JsonDocumentOptions options = default)
    {
        try
        {
            var body = JsonNode.Parse(request, documentOptions: options)!.AsObject();
            body.Remove("fhirAuthorization");
            body["fhirServer"] = server;
            return body;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A hook call; each part can be replaced, and <c>""</c> leaves a part out.</summary>
    public static string Call(
        string hook = "order-sign",
        string? prefetch = null,
        string? server = null,
        string token = "canary-token",
        int? expiresIn = 300,
        string? drafts = null,
        string selections = """ "selections":["MedicationRequest/draft-1"] """,
        string more = "")
    {
        var access = server is null || token.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
            $$""","fhirAuthorization":{"access_token":"{{token}}","token_type":"Bearer","expires_in":{{expiresIn}},"scope":"patient/*.read","subject":"hpd"}""");
        return $$"""
            {"hook":"{{hook}}","hookInstance":"c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33"{{(server is null ? "" : $$""","fhirServer":"{{server}}" """)}}{{access}},
             "context":{"userId":"Practitioner/dr-1","patientId":"pat-1","encounterId":"enc-1",{{(hook == "order-select" ? selections + "," : "")}}"draftOrders":{{drafts ?? BundleOf("collection", null, Order())}} }
             {{(prefetch is null ? "" : $$""","prefetch":{{prefetch}}""")}}{{more}} }
            """;
    }
}
