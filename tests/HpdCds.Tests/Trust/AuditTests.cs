using System.Text.Json.Nodes;
using HpdCds.Cards;
using HpdCds.Clinical;
using HpdCds.Facts;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Trust;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.Trust;

/// <summary>Every call leaves one event: what happened, by which version, and no patient.</summary>
public sealed class AuditTests
{
    private static readonly string[] Members =
    [
        "Outcome", "Status", "Ehr", "Issuer", "Tenant", "Service", "Mode", "Hook", "HookInstance", "Patient", "Version", "Knowledge", "Model",
        "BandLow", "BandHigh", "Indicator", "Cards", "Keys", "Milliseconds", "TraceId", "{OriginalFormat}",
    ];

    private static readonly string Good = Json.Call(prefetch: $$"""{"problems":{{Json.Bundle(Json.Condition("c"))}}}""");

    [Theory]
    [Trait("Req", "OPS-02")]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(412)]
    [InlineData(415)]
    [InlineData(500)]
    public async Task There_is_one_event_of_one_shape_for_every_outcome(int status)
    {
        await using var ehr = await GuardedService.StartAsync(clock: status == 500 ? new BrokenClock() : null);
        var (body, path) = status switch
        {
            400 => ("{", "/cds-services/hpd-risk"),
            403 => (Json.Call(server: "https://other.example/fhir"), "/cds-services/hpd-risk"),
            404 => (Good, "/cds-services/unknown"),
            412 => (Json.Call(), "/cds-services/hpd-risk"),
            _ => (Good, "/cds-services/hpd-risk"),
        };
        using var response = await ehr.Service.PostAsync(body, path, status == 415 ? "text/plain" : "application/json", request =>
        {
            if (status != 401)
                request.Headers.Authorization = new("Bearer", ehr.Issuer.Token(claims => claims["aud"] = TestIssuer.PublicBase + path));
        });
        Assert.Equal(status, (int)response.StatusCode);

        var call = await ehr.Service.Log.SingleAsync(Audit.Category);

        Assert.Equal(Members.Order(StringComparer.Ordinal), call.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(status, call["Status"]);
        Assert.Equal(status switch { 200 => "not-assessable", 412 => "not-read", _ => "refused" }, call["Outcome"]);
        Assert.Equal(status == 401 ? null : TestIssuer.Name, call["Issuer"]);
        Assert.Equal(status == 401 ? null : "test-ehr", call["Ehr"]);
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+$", (string)call["Version"]!);
        Assert.Matches("^[0-9a-f:sha]{16,}$", (string)call["Knowledge"]!);
        if (status is 200 or 412)
            Assert.Contains("problems=", (string)call["Keys"]!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "OPS-02")]
    [Trait("Req", "RSP-04")]
    [Trait("Req", "SEC-23")]
    public async Task A_card_can_be_found_again_by_its_id()
    {
        await using var ehr = await GuardedService.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Tenants:0"] = "a" });

        using var response = await ehr.PostAsync(ehr.Issuer.Token(claims => claims["tenant"] = "a"), body: Good);
        var answer = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        var call = await ehr.Service.Log.SingleAsync(Audit.Category);
        Assert.Equal((string?)answer["cards"]![0]!["uuid"], call["Cards"]);
        Assert.Equal((string?)answer["cards"]![0]!["indicator"], call["Indicator"]);
        Assert.Equal((string?)answer["extension"]!["org.hpdcds.assessment"]!["knowledge"], call["Knowledge"]);
        Assert.Equal("a", call["Tenant"]);
        Assert.Equal("c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33", call["HookInstance"]);
        Assert.Equal("/hpd-risk", call["Service"]);
    }

    [Theory]
    [Trait("Req", "OPS-02")]
    [InlineData("silent", "not-assessable")]
    [InlineData("off", "off")]
    public async Task What_is_not_shown_is_recorded(string mode, string outcome)
    {
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:Ehrs:0:Services:hpd-risk"] = mode });

        await service.AnswerAsync(Good);

        var call = await service.Log.SingleAsync(Audit.Category);
        Assert.Equal((mode, outcome), ((string?)call["Mode"], (string?)call["Outcome"]));
        Assert.Equal(mode == "silent", ((string)call["Cards"]!).Length > 0);
    }

    [Fact]
    [Trait("Req", "SEC-06")]
    [Trait("Req", "SEC-14")]
    public async Task A_pseudonym_is_of_one_patient_of_one_hospital_under_one_key()
    {
        static Dictionary<string, string?> Key(char sign) => new(StringComparer.Ordinal) { ["HpdCds:AuditKey"] = Convert.ToBase64String(Enumerable.Repeat((byte)sign, 32).ToArray()) };
        await using var a = await RunningService.StartAsync(settings: Key('a'));
        await using var again = await RunningService.StartAsync(settings: Key('a'));
        await using var b = await RunningService.StartAsync(settings: Key('b'));
        var audits = new[] { a, again, b }.Select(service => service.Services.GetRequiredService<Pseudonyms>()).ToArray();

        Assert.Equal(audits[0].Patient(new("ehr", ""), "p"), audits[1].Patient(new("ehr", ""), "p"));
        Assert.Equal(5, new[]
        {
            audits[0].Patient(new("ehr", ""), "p"), audits[2].Patient(new("ehr", ""), "p"), audits[0].Patient(new("ehr", ""), "q"), audits[0].Patient(new("ehr2", ""), "p"), audits[0].Patient(new("eh", ""), "rp"),
        }.Distinct(StringComparer.Ordinal).Count());
    }

    // Whoever changes what is hashed makes every override and every earlier decision of a store a stranger.
    [Fact]
    [Trait("Req", "SEC-06")]
    public async Task What_the_store_knows_patients_and_facts_by_never_changes()
    {
        var key = Enumerable.Repeat((byte)'a', 32).ToArray();
        await using var service = await RunningService.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["HpdCds:AuditKey"] = Convert.ToBase64String(key) });
        var pseudonyms = service.Services.GetRequiredService<Pseudonyms>();
        static FactorAssessment Row(string id, decimal from, Fact<Finding> fact) =>
            FactorAssessment.Of(new(id, "d", IsCore: true, [new(new(Comparison.AtLeast, from), 1)], $">={from}", Tier.AMinus, ["a", "b"], ReviewFeature: false), fact);
        Provenance Marked(params Mark[] marks) => new(ClinicalTime.At(new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero)), "Observation/1", [.. marks]);
        var nlr = new Finding(Interval.Exactly(5.2m), UnknownReason.Ambiguous, new Shown.Number(5.20m, Bound: null, "10*9/L<é>", Limit: 4.4m)) { Confounders = [Confounder.Corticosteroid], IsConfounded = true };
        var answer = new AssessmentExtension(new(RecognitionOutcome.Inhibitor, ["nivolumab", "北京<药>"], [], FromNameOnly: false, 0))
        {
            Exposure = Exposure.None,
            Tumour = "hcc",
            AsOf = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero),
            IsAssessable = true,
            Factors =
            [
                Row("nlr", 3, new Fact<Finding>.Known(nlr, Marked(Mark.IssuedOnly, Mark.Converted))),
                Row("afp", 400, new Fact<Finding>.Unknown(UnknownReason.TooOld)),
                Row("child-pugh", 7, new Fact<Finding>.Known(new(Interval.Between(5, 7), UnknownReason.ComponentUnknown, new Shown.Span(5, 7, "{score}", "A-B")), Marked())),
                Row("pvtt", 1, new Fact<Finding>.Known(Finding.Presence(true), Marked())),
            ],
        };
        var found = JsonNode.Parse("""
            {"recognition":"ici","agents":["nivolumab","北京<药>"],"exposure":"none","tumour":"hcc","asOf":"2026-11-28T12:00:00Z","assessable":true,"factors":[
              {"id":"nlr","domain":"d","core":true,"state":"known","value":5.2,"unit":"10*9/L<é>","limit":4.4,"date":"2026-11-20","source":"Observation/1",
               "confounders":["corticosteroid"],"marks":["issued-only","converted"],"threshold":">=3","points":{"low":0,"high":1},"tier":"A-","evidence":["a","b"]},
              {"id":"afp","domain":"d","core":true,"state":"unknown","reason":"too-old","threshold":">=400","points":{"low":0,"high":1},"tier":"A-","evidence":["a","b"]},
              {"id":"child-pugh","domain":"d","core":true,"state":"unknown","reason":"component-unknown","range":{"low":5,"high":7},"unit":"{score}","date":"2026-11-20","source":"Observation/1",
               "threshold":">=7","points":{"low":0,"high":1},"tier":"A-","evidence":["a","b"]},
              {"id":"pvtt","domain":"d","core":true,"state":"known","value":true,"date":"2026-11-20","source":"Observation/1","threshold":">=1","points":{"low":1,"high":1},"tier":"A-","evidence":["a","b"]}]}
            """)!.AsObject();
        var unlike = new JsonObject(found.Where(member => member.Key != "asOf").Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        string Name(string text) => System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.HMACSHA256.HashData(key, System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
        static string Counted(string? text) => $"{text?.Length ?? 0}:{text}";
        static string Read(JsonNode row) => string.Concat(new[] { "id", "state", "reason", "value", "unit", "marks", "confounders" }.Select(name => Counted(row[name]?.ToJsonString())));
        var ordered = string.Concat(new[] { "recognition", "agents", "regimen", "exposure", "tumour", "outOfScope" }.Select(name => Counted(found[name]?.ToJsonString())));
        var rows = found["factors"]!.AsArray();

        Assert.Equal(found.ToJsonString(), answer.ToJson().ToJsonString());
        Assert.Equal(Name($"repeat:{Counted("Klinik Süd")}{Counted("")}{Counted("p1")}{unlike.ToJsonString()}"), pseudonyms.Repeat(new("Klinik Süd", ""), "p1", answer));
        Assert.Equal(Name($"inputs:{ordered}{string.Concat(rows.Select(row => Read(row!)))}"), pseudonyms.Inputs(answer));
        Assert.Equal(pseudonyms.Inputs(answer), pseudonyms.Inputs(found));
        Assert.All(answer.Factors.Zip(rows), row => Assert.Equal(Name($"input:{Counted("d1")}{Read(row.Second!)}"), pseudonyms.Input("d1", row.First)));
    }

    [Theory]
    [Trait("Req", "SEC-25")]
    [InlineData("c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33\\nINJECTED")]
    [InlineData("INJECTED")]
    public async Task What_is_no_uuid_is_not_logged(string instance)
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.PostAsync(
            Good.Replace("c6f0f7f4-7f0e-4a7a-8d7a-9d0f4e1c7c33", instance, StringComparison.Ordinal),
            change: request => request.Headers.TryAddWithoutValidation("traceparent", "00-INJECTED-" + new string('x', 4000)));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.DoesNotContain("INJECTED", service.Log.All, StringComparison.Ordinal);
    }

    // The web server shares the clock: it breaks for the reading of the call only.
    private sealed class BrokenClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Environment.StackTrace.Contains("HookEndpoints", StringComparison.Ordinal)
            ? throw new InvalidOperationException("secret pat-1")
            : RunningService.Noon;
    }
}
