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
        Assert.Null(order.Problem);
        Assert.Empty(order.Exchanges.SelectMany(exchange => exchange.Violations));
        return order.Exchanges[^1].Json!;
    }

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
