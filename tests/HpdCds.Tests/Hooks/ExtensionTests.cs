using HpdCds.Hooks;
using HpdCds.Tests.Chart;

namespace HpdCds.Tests.Hooks;

public sealed class ExtensionTests
{
    [Fact]
    [Trait("Req", "EXT-01")]
    [Trait("Req", "EXT-03")]
    [Trait("Req", "EXT-04")]
    public async Task What_others_add_to_a_request_changes_nothing()
    {
        await using var service = await RunningService.StartAsync();
        const string Prefetch = """{"problems":null}""";
        var plain = RunningService.WithoutIds((await service.AnswerAsync(Json.Call(prefetch: Prefetch))).Body);

        foreach (var extension in new[]
        {
            """{"davinci-crd.configuration":{"coverage-info":false,"max-cards":0}}""", """{"com.epic.cdshooks.request.bpa-trigger-action":"18"}""", "7", "[]", "null", "\"x\"",
        })
            Assert.Equal(plain, RunningService.WithoutIds((await service.AnswerAsync(Json.Call(prefetch: Prefetch, more: ",\"extension\":" + extension))).Body));
    }

    [Fact]
    [Trait("Req", "VER-02")]
    public void Only_hooks_of_the_library_are_offered() =>
        Assert.All(HookCatalogue.Services.SelectMany(service => service.Hooks), hook => Assert.Contains(hook, new[] { "order-select", "order-sign", "patient-view", "encounter-start" }));
}
