using HpdCds.Sandbox.Orders;

namespace HpdCds.Tests.Sandbox;

/// <summary>The ground truth beside a card: what the service read, and what became of it.</summary>
public sealed class ReadingPageTests(BothParties parties) : IClassFixture<BothParties>
{
    [Theory]
    [InlineData(DataRoute.Prefetch)]
    [InlineData(DataRoute.Token)]
    public async Task Every_source_and_resource_is_told_with_its_fate(DataRoute route)
    {
        var page = await ReadingOfAsync("golf", route);

        Assert.Contains("What the service read", page, StringComparison.Ordinal);
        Assert.Contains("<td>chemistry</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td data-head=\"What became of it\">unusable</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td data-head=\"Why\">too-old</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td data-head=\"Recognised\">nivolumab</td><td data-head=\"By\">code</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_counts_is_told_from_what_is_superseded()
    {
        var page = await ReadingOfAsync("bravo", DataRoute.Prefetch);

        Assert.Contains("<td data-head=\"What became of it\">used</td><td data-head=\"Fact\">nlr</td>", page, StringComparison.Ordinal);
        Assert.Contains("<td data-head=\"What became of it\">used</td><td data-head=\"Fact\">tumour</td>", page, StringComparison.Ordinal);
    }

    private async Task<string> ReadingOfAsync(string patient, DataRoute route)
    {
        var drug = OrderableDrugs.Find("nivolumab")!;
        var order = await parties.Desk.ChooseAsync(patient, drug, new Switches(route), TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(parties.EhrUrl) };
        var orderPage = await http.GetStringAsync($"/orders/{order.Id}", TestContext.Current.CancellationToken);
        Assert.Contains($"/orders/{order.Id}/reading", orderPage, StringComparison.Ordinal);
        var page = await http.GetStringAsync($"/orders/{order.Id}/reading", TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine(page);
        return page;
    }
}
