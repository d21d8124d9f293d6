using System.Text.Json.Nodes;
using HpdCds.Hooks;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Cards;

/// <summary>What the service said to a golden case, as it came over the wire.</summary>
public sealed record GoldenAnswer(GoldenCase Case, int Status, string Text)
{
    public JsonObject Body => JsonNode.Parse(Text)!.AsObject();

    public IEnumerable<JsonObject> Cards => Status == 200 ? Body["cards"]!.AsArray().Select(card => card!.AsObject()) : [];

    public JsonObject? Assessment => Status == 200 ? Body["extension"]?[HookExtension.OfAssessment]?.AsObject() : null;

    public override string ToString() => Case.Name;
}

/// <summary>The answers to all golden cases, asked once for every test of this folder that reads them.</summary>
public sealed class GoldenAnswers(CaseServers servers) : IAsyncLifetime
{
    public IReadOnlyList<GoldenAnswer> All { get; private set; } = [];

    public IEnumerable<(GoldenAnswer Answer, JsonObject Card)> Cards => All.SelectMany(answer => answer.Cards.Select(card => (answer, card)));

    public async ValueTask InitializeAsync()
    {
        var answers = new List<GoldenAnswer>();
        foreach (var golden in GoldenCase.All)
        {
            var (status, text) = await servers.AskAsync(golden);
            answers.Add(new(golden, status, text));
        }

        All = answers;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
