using HpdCds.Chart;
using HpdCds.Tests.Hooks;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Chart;

/// <summary>Answers of the FHIR server that come in pages.</summary>
public sealed class FhirPagingTests
{
    [Fact]
    [Trait("Req", "PFD-07")]
    [Trait("Req", "FS-07")]
    [Trait("Req", "FS-08")]
    [Trait("Req", "FS-09")]
    public async Task Pages_are_followed_to_the_end_by_their_own_links()
    {
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call => call.Url switch
        {
            var url when url.Contains("2532-0", StringComparison.Ordinal) => EhrAnswer.Ok(Json.Paged(self!.Base + "?opaque=2", Json.Observation("a"))),
            var url when url.EndsWith("opaque=2", StringComparison.Ordinal) => EhrAnswer.Ok(Json.Paged(self!.Base + "/Observation?opaque=3", Json.Observation("b"))),
            var url when url.EndsWith("opaque=3", StringComparison.Ordinal) => EhrAnswer.Ok(Json.Bundle(Json.Observation("c"))),
            _ => null,
        });
        self = ehr;
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(3, chart.Observations.Length);
    }

    [Fact]
    [Trait("Req", "PFD-07")]
    public async Task A_prefetched_first_page_is_completed_with_the_token()
    {
        await using var ehr = await FakeEhr.StartAsync(call => call.Query.EndsWith("page=2", StringComparison.Ordinal) ? EhrAnswer.Ok(Json.Bundle(Json.Observation("b"))) : null);
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(prefetch: $$"""{"chemistry":{{Json.Paged(ehr.Base + "?page=2", Json.Observation("a"))}}}""", server: ehr.Base));

        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(2, chart.Observations.Length);
        Assert.DoesNotContain(ehr.Calls, call => call.Query.Contains("2532-0", StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Req", "FS-08")]
    [Trait("Req", "SEC-08")]
    [Trait("Req", "SEC-03")]
    [Trait("Req", "FHR-13")]
    [InlineData("SELF?page=1", 1)]
    [InlineData("http://127.0.0.1:1/fhir?page=2", 0)]
    [InlineData("ORIGIN/elsewhere?page=2", 0)]
    [InlineData("SELF/%2e%2e/admin", 0)]
    [InlineData("SELF/..;/admin", 0)]
    [InlineData("SELF/.;x/admin", 0)]
    [InlineData("SELF/..%2fadmin", 0)]
    [InlineData("AS-USER?page=2", 0)]
    [InlineData("file:///etc/passwd", 0)]
    [InlineData("", 0)]
    public async Task Links_that_loop_or_lead_away_end_the_reading(string link, int followed)
    {
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call => call.Query.Contains("2532-0", StringComparison.Ordinal) || call.Query == "?page=1"
            ? EhrAnswer.Ok(Json.Paged(link.Replace("SELF", self!.Base, StringComparison.Ordinal).Replace("ORIGIN", self.Base[..^5], StringComparison.Ordinal).Replace("AS-USER", self.Base.Replace("http://", "http://u@", StringComparison.Ordinal), StringComparison.Ordinal), Json.Observation("a")))
            : null);
        self = ehr;
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(10 + followed, ehr.Calls.Count);
    }

    [Fact]
    [Trait("Req", "SEC-08")]
    public async Task Endless_pages_end_at_the_caps()
    {
        var page = 0;
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call => call.Type == "Patient"
            ? null
            : EhrAnswer.Ok(Json.Paged($"{self!.Base}?page={Interlocked.Increment(ref page)}")));
        self = ehr;
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.All(chart.Sources.Values.Where(source => source.Key != ChartKey.Patient), source => Assert.Equal(SourceState.Truncated, source.State));
        Assert.Equal(10 + ReadingBudget.PagesInAll, ehr.Calls.Count);
    }

    [Fact]
    [Trait("Req", "FS-07")]
    public async Task A_server_that_takes_no_count_is_read_whole_in_the_small_pages_that_it_likes()
    {
        const int Pages = 9;
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call => (call.Query + call.Body) switch
        {
            var asked when asked.Contains("_sort", StringComparison.Ordinal) => new EhrAnswer(400, ""),
            var asked when call.Type != "Observation" && !asked.Contains("opaque", StringComparison.Ordinal) => null,
            var asked => PageOf(asked.Contains("opaque=", StringComparison.Ordinal) ? int.Parse(asked.Split('=')[^1], System.Globalization.CultureInfo.InvariantCulture) : 0),
        });
        self = ehr;
        EhrAnswer PageOf(int page) => EhrAnswer.Ok(page == Pages ? Json.Bundle(Json.Observation("last")) : Json.Paged($"{self!.Base}?opaque={page + 1}", Json.Observation($"o{page}")));
        await using var service = await RunningService.StartAsync(ehr.Base);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base));

        Assert.Equal(SourceState.Complete, chart.Sources[ChartKey.Chemistry].State);
        Assert.Equal(Pages + 1, chart.Observations.Length);
    }

    [Fact]
    [Trait("Req", "FHR-05")]
    public async Task A_token_that_ends_between_pages_ends_the_reading()
    {
        var clock = new FakeTimeProvider(RunningService.Noon);
        FakeEhr? self = null;
        await using var ehr = await FakeEhr.StartAsync(call =>
        {
            if (!call.Query.Contains("2532-0", StringComparison.Ordinal))
                return null;
            clock.Advance(TimeSpan.FromSeconds(9.5));
            return EhrAnswer.Ok(Json.Paged(self!.Base + "?page=2", Json.Observation("a")));
        });
        self = ehr;
        await using var service = await RunningService.StartAsync(ehr.Base, clock: clock);

        var chart = await service.ChartAsync(Json.Call(server: ehr.Base, expiresIn: 10));

        Assert.Equal(SourceState.Truncated, chart.Sources[ChartKey.Chemistry].State);
        Assert.DoesNotContain(ehr.Calls, call => call.Query == "?page=2");
    }
}
