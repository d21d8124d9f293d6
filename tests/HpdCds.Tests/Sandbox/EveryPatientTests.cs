using System.Text.Json;
using System.Text.Json.Nodes;
using HpdCds.Sandbox.Orders;
using HpdCds.Sandbox.Patients;

namespace HpdCds.Tests.Sandbox;

/// <summary>For every patient of the sandbox the answer that the clinical model demands, however the service gets the chart.</summary>
public sealed class EveryPatientTests(BothParties parties) : IClassFixture<BothParties>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IEnumerable<TheoryDataRow<string>> Ids =>
        PatientFiles.Load(EhrFixture.Start).Select(patient => new TheoryDataRow<string>(patient.About.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    [Trait("Req", "PFD-06")]
    [Trait("Req", "FHR-09")]
    public async Task The_answer_is_the_one_that_was_worked_out_by_prefetch_by_token_and_by_both(string id)
    {
        var patient = parties.Patients[id];
        var answers = new Dictionary<DataRoute, JsonObject>();
        foreach (var route in Enum.GetValues<DataRoute>())
            answers[route] = await AnswerAsync(patient, route);
        foreach (var (route, answer) in answers)
        {
            Assert.Equal((route, patient.Expected), (route, Stated(answer) with { NeedsSiteCodes = patient.Expected.NeedsSiteCodes }));
            Assert.Equal((route, Assessment(answers[DataRoute.Prefetch])), (route, Assessment(answer)));
        }
    }

    private async Task<JsonObject> AnswerAsync(SandboxPatient patient, DataRoute route)
    {
        var order = await parties.Desk.ChooseAsync(patient.Id, OrderableDrugs.Find(patient.Drug)!, new(route), TestContext.Current.CancellationToken);
        order = await parties.Desk.SignAsync(order, TestContext.Current.CancellationToken);
        return AnswerOf(order, "hpd-risk");
    }

    private static JsonObject AnswerOf(PlacedOrder order, string service)
    {
        Assert.Null(order.Problem);
        Assert.Empty(order.Exchanges.SelectMany(exchange => exchange.Violations));
        return order.Exchanges.Last(exchange => exchange.Url.Segments[^1] == service).Json!;
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task After_the_first_dose_growth_speaks_on_orders_and_when_the_chart_is_opened(string id)
    {
        var patient = parties.Patients[id];
        foreach (var route in Enum.GetValues<DataRoute>())
        {
            var order = await parties.Desk.ChooseAsync(patient.Id, OrderableDrugs.Find(patient.Drug)!, new(route), TestContext.Current.CancellationToken);
            var signed = await parties.Desk.SignAsync(order, TestContext.Current.CancellationToken);
            var seen = await parties.Desk.ViewAsync(patient.Id, new(route), TestContext.Current.CancellationToken);
            var answers = new[] { AnswerOf(order, "hpd-growth"), AnswerOf(signed, "hpd-growth"), AnswerOf(seen, "hpd-growth") };
            Assert.All(answers[..2], answer => Assert.Equal(Written(patient.Growth), Written(Growth(answer, patient.Growth))));
            if (patient.Growth is { } growth)
            {
                // Whoever opens a chart orders nothing: it is neither a switch nor the same again.
                Assert.Equal(Written(growth with { Situation = "" }), Written(Growth(answers[2], growth)! with { Situation = "" }));
                Assert.All(signed.Cards, card => Assert.Equal("hpd-growth", card.ServiceId));
            }
        }
    }

    /// <summary>The answer about growth in the words in which the expectation is written; null where it says nothing of growth.</summary>
    private static ExpectedGrowth? Growth(JsonObject answer, ExpectedGrowth? expected)
    {
        var growth = answer["extension"]!["org.hpdcds.assessment"]!["growth"];
        if (growth is null)
            return null;
        var rules = growth["rules"]!.AsArray();
        var primary = rules.Single(rule => (string?)rule!["id"] == (string?)growth["primary"])!;
        return new(
            (string)growth["situation"]!,
            (string?)primary["reason"] ?? (string)primary["result"]!,
            [.. rules.Where(rule => (string?)rule!["result"] == "met").Select(rule => (string)rule!["id"]!)],
            (string?)answer["cards"]!.AsArray().Select(card => card!["indicator"]).SingleOrDefault(),
            expected?.ImagingPlanned is null ? null : (bool?)growth["imagingPlanned"]);
    }

    private static string Written(ExpectedGrowth? growth) => JsonSerializer.Serialize(growth, Json);

    /// <summary>The answer in the words in which the expectation is written.</summary>
    private static ExpectedAnswer Stated(JsonObject answer)
    {
        var assessment = answer["extension"]!["org.hpdcds.assessment"]!.AsObject();
        return assessment.Deserialize<ExpectedAnswer>(Json)! with
        {
            Indicator = (string?)answer["cards"]!.AsArray().Select(card => card!["indicator"]).SingleOrDefault(),
        };
    }

    /// <summary>Everything that was assessed, the state and value of each factor included.</summary>
    private static string Assessment(JsonObject answer) => answer["extension"]!["org.hpdcds.assessment"]!.ToJsonString();
}
