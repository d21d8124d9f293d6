using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Tests.Hooks;

namespace HpdCds.Tests.Cards;

/// <summary>Every kind of refusal: its status, a valid OperationOutcome, and not one word of the request.</summary>
public sealed class ErrorBodyTests
{
    private const string Canary = "zqxcanary";
    private const string Unlisted = "https://zqxcanary.example/fhir";

    private static readonly FhirJsonDeserializer Strict = new(new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    public static TheoryData<string, int> Damages => new()
    {
        { "hook", 400 },
        { "hook-missing", 400 },
        { "instance", 400 },
        { "context", 400 },
        { "patient-path", 400 },
        { "user-missing", 400 },
        { "drafts-missing", 400 },
        { "drafts-no-bundle", 400 },
        { "order-of-another", 400 },
        { "token-of-another", 400 },
        { "token-without-server", 400 },
        { "said-twice", 400 },
        { "not-json", 400 },
        { "too-deep", 400 },
        { "old-fhir", 422 },
        { "server-not-listed", 403 },
        { "nothing-to-read", 412 },
        { "everything-failed", 412 },
        { "another-patient", 412 },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    [Trait("Req", "ERR-12")]
    [Trait("Req", "ERR-03")]
    [Trait("Req", "ERR-05")]
    [Trait("Req", "ERR-07")]
    [Trait("Req", "ERR-08")]
    [Trait("Req", "ERR-13")]
    public async System.Threading.Tasks.Task A_refusal_is_a_valid_outcome_without_a_value_of_the_request(string damage, int status)
    {
        await using var service = await RichPatient.StartAsync();
        using var response = await service.PostAsync(Damaged(damage));
        await AssertRefusedAsync(response, status);
    }

    [Theory]
    [InlineData("POST", "/cds-services/zqxcanary", "application/json", "application/json", 404)]
    [InlineData("GET", "/zqxcanary", "application/json", "application/json", 404)]
    [InlineData("PUT", "/cds-services/hpd-risk", "application/json", "application/json", 405)]
    [InlineData("DELETE", "/cds-services", "application/json", "application/json", 405)]
    [InlineData("POST", "/cds-services/hpd-risk", "text/zqxcanary", "application/json", 415)]
    [InlineData("POST", "/cds-services/hpd-risk", "application/json", "text/zqxcanary", 406)]
    [Trait("Req", "ERR-06")]
    [Trait("Req", "ERR-12")]
    public async System.Threading.Tasks.Task A_refusal_of_the_call_itself_is_one_too(string method, string path, string type, string accept, int status)
    {
        await using var service = await RichPatient.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent($$"""{"{{Canary}}":1}""", Encoding.UTF8) };
        request.Content.Headers.ContentType = new(type);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        await AssertRefusedAsync(response, status);
    }

    [Fact]
    [Trait("Req", "ERR-06")]
    [Trait("Req", "ERR-12")]
    public async System.Threading.Tasks.Task Too_much_and_a_foreign_host_are_refused_the_same_way()
    {
        await using var service = await RichPatient.StartAsync(("MaxBodyBytes", "2048"));
        using var tooMuch = await service.PostAsync(new string('z', 3000) + Canary);
        await AssertRefusedAsync(tooMuch, 413);
        using var foreign = await service.PostAsync("{}", change: request => request.Headers.Host = "zqxcanary.example");
        await AssertRefusedAsync(foreign, 421);
    }

    private static async System.Threading.Tasks.Task AssertRefusedAsync(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/fhir+json", response.Content.Headers.ContentType?.MediaType);
        var outcome = Strict.Deserialize<OperationOutcome>(text);
        Assert.All(outcome.Issue, issue => Assert.False(string.IsNullOrWhiteSpace(issue.Diagnostics)));
        Assert.DoesNotContain(Canary, text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("pat-1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Golden", text, StringComparison.Ordinal);
    }

    private static string Damaged(string damage)
    {
        var request = RichPatient.RequestOf("high-all-seven-review-features");
        var context = request["context"]!.AsObject();
        var order = RichPatient.DraftsOf(request)[0]!["resource"]!.AsObject();
        switch (damage)
        {
            case "hook":
                request["hook"] = Canary;
                break;
            case "hook-missing":
                request.Remove("hook");
                break;
            case "instance":
                request["hookInstance"] = Canary;
                break;
            case "context":
                request["context"] = Canary;
                break;
            case "patient-path":
                context["patientId"] = $"../{Canary}";
                break;
            case "user-missing":
                context.Remove("userId");
                break;
            case "drafts-missing":
                context.Remove("draftOrders");
                break;
            case "drafts-no-bundle":
                context["draftOrders"] = Canary;
                break;
            case "order-of-another":
                order["subject"]!["reference"] = $"Patient/{Canary}";
                break;
            case "token-of-another":
                request["fhirServer"] = "http://localhost:5080/fhir";
                request["fhirAuthorization"] = new JsonObject { ["access_token"] = Canary, ["token_type"] = "Bearer", ["expires_in"] = 300, ["patient"] = Canary };
                break;
            case "token-without-server":
                request["fhirAuthorization"] = new JsonObject { ["access_token"] = Canary };
                break;
            case "said-twice":
                return $$"""{"{{Canary}}":1,"{{Canary}}":2}""";
            case "not-json":
                return $$"""{"{{Canary}}":""";
            case "too-deep":
                return $$"""{"{{Canary}}":{{new string('[', 80)}}{{new string(']', 80)}}}""";
            case "old-fhir":
                order["resourceType"] = "MedicationOrder";
                break;
            case "server-not-listed":
                request["fhirServer"] = Unlisted;
                break;
            case "nothing-to-read":
                request.Remove("prefetch");
                break;
            case "everything-failed":
                Fail(request);
                break;
            case "another-patient":
                request["prefetch"]!["patient"]!["id"] = Canary;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage));
        }

        return request.ToJsonString();
    }

    private static void Fail(JsonObject request)
    {
        foreach (var key in request["prefetch"]!.AsObject().Select(pair => pair.Key).ToArray())
        {
            request["prefetch"]![key] = RichPatient.Failed();
            request["prefetch"]![key]!["issue"]![0]!["diagnostics"] = Canary;
        }
    }
}
