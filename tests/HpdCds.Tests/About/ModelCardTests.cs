using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using HpdCds.Tests.Hooks;
using HpdCds.Tests.Knowledge;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.About;

[Trait("Req", "DISC-13")]
public sealed partial class ModelCardTests : IAsyncLifetime
{
    private RunningService? _service;

    public static TheoryData<string> Pages => ["/about/models", "/about/models/hpd-hcc", "/about/models/hpd-solid", "/about/models/hpd-growth", "/about/hazards"];

    private HttpClient Client => _service!.Client;

    public async ValueTask InitializeAsync() => _service = await RunningService.StartAsync();

    public async ValueTask DisposeAsync() => await _service!.DisposeAsync();

    [Theory]
    [Trait("Req", "SEC-21")]
    [MemberData(nameof(Pages))]
    public async Task A_page_needs_nothing_from_elsewhere_and_may_run_nothing(string path)
    {
        using var response = await Client.GetAsync(path, TestContext.Current.CancellationToken);
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("Accept", response.Headers.Vary);
        Assert.DoesNotMatch(@"<script|<style|<img|\sstyle=|\son\w+=", page);
        Assert.Equal(["/about/about.css"], Loaded().Matches(page).Select(match => match.Groups["address"].Value));
        Assert.Contains("name=\"viewport\" content=\"width=device-width, initial-scale=1\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_well_formed_and_its_own_links_lead_somewhere(string path)
    {
        var page = await Client.GetStringAsync(path, TestContext.Current.CancellationToken);
        var html = XDocument.Parse(page.Replace("<!doctype html>", "", StringComparison.Ordinal));

        Assert.Single(html.Descendants("h1"));
        Assert.NotEmpty(html.Descendants("title").Single().Value);
        Assert.All(html.Descendants("table"), table => Assert.All(
            table.Element("tbody")!.Elements("tr"), row => Assert.Equal(table.Descendants("th").Select(head => head.Value), row.Elements("td").Select(cell => cell.Attribute("data-label")?.Value))));
        var ids = html.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        foreach (var address in html.Descendants("a").Select(link => link.Attribute("href")!.Value).Distinct(StringComparer.Ordinal))
        {
            if (address.StartsWith('#'))
                Assert.Contains(address[1..], ids);
            else if (address.StartsWith('/'))
                Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(address, TestContext.Current.CancellationToken)).StatusCode);
            else
                Assert.Matches("^https://(doi.org/10|pubmed.ncbi.nlm.nih.gov/[0-9]+/$)", address);
        }
    }

    [Fact]
    public async Task The_card_of_growth_says_of_every_number_and_definition_where_it_comes_from()
    {
        var card = JsonNode.Parse(await Client.GetStringAsync("/about/models/hpd-growth.json", TestContext.Current.CancellationToken))!;
        var cited = card["evidence"]!.AsArray().Select(citation => (string)citation!["id"]!).ToHashSet(StringComparer.Ordinal);
        var rows = card["numbers"]!.AsArray().Concat(card["definitions"]!.AsArray()).Concat(card["primary"]!.AsArray()).ToArray();

        Assert.Equal(12 + 11 + 2, rows.Length);
        Assert.All(rows, row => Assert.True(row!["evidence"]!.AsArray().Count > 0 || row["projectChoice"] is not null, row.ToJsonString()));
        Assert.All(rows.SelectMany(row => row!["evidence"]!.AsArray()), id => Assert.Contains((string)id!, cited));
        Assert.Contains(card["numbers"]!.AsArray(), row => ((string?)row!["name"], (string?)row["value"]) == ("mostDaysOnTreatment", "91"));
        var maesaka = card["definitions"]!.AsArray().Single(row => (string?)row!["id"] == "maesaka-2022-hcc")!;
        Assert.Equal([">=2", ">=2"], maesaka["thresholds"]!.AsArray().Select(threshold => (string?)threshold!["when"]));
    }

    [Fact]
    public async Task The_stylesheet_is_small_and_knows_narrow_and_dark_screens()
    {
        using var response = await Client.GetAsync("/about/about.css", TestContext.Current.CancellationToken);
        var css = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/css", response.Content.Headers.ContentType?.MediaType);
        Assert.InRange(css.Length, 500, 4000);
        Assert.Contains("prefers-color-scheme: dark", css, StringComparison.Ordinal);
        Assert.Contains("@media (max-width:", css, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", css, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", css, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("*/*", "text/html")]
    [InlineData(null, "text/html")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json, text/html;q=0.5", "application/json")]
    [InlineData("text/html, application/json", "text/html")]
    public async Task Accept_chooses_between_the_page_and_json(string? accept, string mediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/about/models/hpd-hcc");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task What_is_neither_is_refused_and_what_does_not_exist_is_not_found()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/about/models/hpd-hcc");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("image/png"));
        using var refused = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        using var unknown = await Client.GetAsync("/about/models/hpd-none", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.NotAcceptable, HttpStatusCode.NotFound), (refused.StatusCode, unknown.StatusCode));
    }

    [Theory]
    [InlineData("hpd-hcc")]
    [InlineData("hpd-solid")]
    public async Task The_json_card_is_the_table_in_force_with_its_sources(string id)
    {
        var card = await JsonAsync($"/about/models/{id}.json");
        var table = Profiles.AsShipped.Models.Single(table => table.Model.Id == id);

        Assert.Equal(table.Model.Factors.Select(factor => factor.Id), card["factors"]!.AsArray().Select(factor => (string)factor!["id"]!));
        Assert.Equal(table.Model.Factors.Sum(factor => factor.Levels.Length), card["factors"]!.AsArray().Sum(factor => factor!["levels"]!.AsArray().Count));
        Assert.Equal(table.Rates.Length, card["rates"]!.AsArray().Count);
        Assert.Equal(Profiles.AsShipped.Hash, (string?)card["versions"]!["knowledge"]);
        Assert.Equal(Profiles.AsShipped.Version, (string?)card["versions"]!["knowledgeVersion"]);
        Assert.Equal(table.Model.Version, (string?)card["versions"]!["model"]);
        var cited = card["evidence"]!.AsArray().Select(citation => (string)citation!["id"]!).ToHashSet(StringComparer.Ordinal);
        Assert.All(card["factors"]!.AsArray().SelectMany(factor => factor!["evidence"]!.AsArray()), citation => Assert.Contains((string)citation!, cited));
        Assert.All(card["evidence"]!.AsArray(), citation => Assert.NotEmpty((string)citation!["confidence"]!));
    }

    [Fact]
    public async Task Inputs_come_with_the_units_and_windows_in_force()
    {
        var inputs = (await JsonAsync("/about/models/hpd-hcc.json"))["inputs"]!.AsArray();
        var afp = Assert.Single(inputs, input => (string?)input!["factors"]![0] == "afp")!;

        Assert.Equal(("ng/mL", 90), ((string?)afp["unit"], (int?)afp["windowDays"]));
        Assert.Contains(inputs, input => (string?)input!["unit"] == "g/L" && (int?)input["windowDays"] == 42);
    }

    [Theory]
    [InlineData("hpd-hcc", "shown, no points")]
    [InlineData("hpd-solid", ">=2 gives points")]
    public async Task Every_source_attribute_and_every_item_to_be_shown_is_answered(string id, string ecog)
    {
        var card = await JsonAsync($"/about/models/{id}.json");
        var (predictive, evidenceBased, mustShow) = (card["predictiveAttributes"]!.AsArray(), card["evidenceBasedAttributes"]!.AsArray(), card["mustShow"]!.AsArray());

        Assert.Equal((31, 13, 11), (predictive.Count, evidenceBased.Count, mustShow.Count));
        Assert.All(predictive.Concat(evidenceBased).Concat(mustShow), item => Assert.DoesNotContain("{", (string)item!["answer"]!, StringComparison.Ordinal));
        // Nothing was validated: the card may not sound otherwise.
        Assert.All(predictive.Where(item => (int)item!["number"]! is >= 17 and <= 25), item => Assert.Equal("not-done", (string?)item!["status"]));
        Assert.Contains(ecog, (string)evidenceBased[12]!["answer"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_says_first_what_the_model_is_not()
    {
        var page = await Client.GetStringAsync("/about/models/hpd-hcc", TestContext.Current.CancellationToken);
        var heading = page.IndexOf("</h1>", StringComparison.Ordinal);
        var disclaimer = page.IndexOf("Not a certified medical device", StringComparison.Ordinal);

        Assert.InRange(disclaimer, heading, heading + 200);
        Assert.Contains("not a probability", page, StringComparison.Ordinal);
        Assert.Contains("Time-critical decisions", page, StringComparison.Ordinal);
        Assert.Contains("24/189 (12.7 %)", page, StringComparison.Ordinal);
        Assert.Contains("Project choice: One point; the odds ratio was not seen.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_alert_budget_stands_on_the_card()
    {
        var budget = (await JsonAsync("/about/models/hpd-hcc.json"))["alertBudget"]!;
        var published = Profiles.AsShipped.Budgets["hpd-hcc"];

        Assert.True((bool)budget["isOfThisTable"]!);
        Assert.Equal(published.AsCoded.Shares.Warning, (decimal)budget["asCoded"]!["shares"]!["warning"]!);
        Assert.Contains("target at most 20: met", (string)budget["verdict"]![0]!, StringComparison.Ordinal);
        Assert.Contains("Of 100 first doses", await Client.GetStringAsync("/about/models/hpd-hcc", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_index_names_every_hook_and_every_datum()
    {
        var index = await JsonAsync("/about/models.json");
        var discovery = await JsonAsync("/cds-services");

        Assert.Equal(discovery["services"]!.AsArray().Select(service => (string?)service!["hook"]), index["services"]!.AsArray().Select(service => (string?)service!["hook"]));
        Assert.True(JsonNode.DeepEquals(discovery["services"]![0]!["prefetch"], index["services"]![0]!["prefetch"]));
        Assert.Equal(["hpd-growth", "hpd-hcc", "hpd-solid"], index["models"]!.AsArray().Select(model => (string?)model!["id"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_table_that_a_site_changed_is_named_and_its_old_alert_budget_is_not_claimed()
    {
        var changed = Profiles.TextOf("models/hpd-hcc.json").Replace("\"value\": 4.125", "\"value\": 5", StringComparison.Ordinal);
        await using var app = HpdCdsService.Build(["--urls", "http://127.0.0.1:0", "--environment=Development"], builder =>
            builder.Services.AddSingleton(Profiles.With(Profiles.Overlay("models/hpd-hcc.json", changed))));
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var card = JsonNode.Parse(await client.GetStringAsync("/about/models/hpd-hcc.json", TestContext.Current.CancellationToken))!;
        var page = await client.GetStringAsync("/about/models/hpd-hcc", TestContext.Current.CancellationToken);

        Assert.Equal("overlay/models/hpd-hcc.json", (string?)card["versions"]!["overlay"]);
        Assert.False((bool)card["alertBudget"]!["isOfThisTable"]!);
        Assert.Contains("is not the one that was simulated", page, StringComparison.Ordinal);
        Assert.Contains("&gt;5: 2 points.", page, StringComparison.Ordinal);
    }

    private async Task<JsonNode> JsonAsync(string path)
    {
        using var response = await Client.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    [GeneratedRegex(@"<(link|script|img|iframe|source|object|embed)[^>]*(href|src|data)=""(?<address>[^""]+)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Loaded();
}
