using System.Net;

namespace HpdCds.Tests.Sandbox;

public sealed class PageTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    [Fact]
    public async Task The_first_page_lists_every_patient_with_a_line()
    {
        var page = await PageAsync("/");
        Assert.Contains("""<a href="/patients/bravo">Synthetic Bravo</a>""", page, StringComparison.Ordinal);
        Assert.Contains("recorded under this hospital's own code", page, StringComparison.Ordinal);
        Assert.Equal(26, page.Split("<li>").Length - 1);
        Assert.Contains("male, born 1964-10-26 (61 y)", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bravo", "5.2 10³/µL", "2026-02-23 09:30", "120 to 250", "Hepatocellular carcinoma", "2026-01-20")]
    [InlineData("foxtrot", "1.0 K/uL", "3.5 µkat/L", "2.0 to 4.17", "1025 IU/mL", "2026-02-23 09:30")]
    [InlineData("kilo", "<dd>1961</dd>", "420 ng/mL", "4.0 10³/µL", "confirmed, active", "2026-02-23 09:30")]
    [InlineData("lima", "given, completed", "2026-01-30 09:30", "nivolumab", "900 ng/mL", "INR <span")]
    [InlineData("juliett", "Portal vein tumour thrombus", "yes", "2026-02-15", "C77.9", "refuted, inactive")]
    public async Task A_chart_shows_values_with_units_and_dates(string id, params string[] shown)
    {
        var page = await PageAsync($"/patients/{id}");
        Assert.Contains($"<h1>Synthetic {char.ToUpperInvariant(id[0])}{id[1..]}</h1>", page, StringComparison.Ordinal);
        Assert.All(shown, text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_chart_shows_the_newest_result_of_each_kind_and_its_trend()
    {
        var page = await PageAsync("/patients/quebec");
        Assert.Contains("125 results", page, StringComparison.Ordinal);
        Assert.Contains("Neutrophils: 125 results, from 4.1 on 2023-10-10 to 3.6 on 2026-02-24", page, StringComparison.Ordinal);
        Assert.Contains("2026-02-24 09:30", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nivolumab", true)]
    [InlineData("KEYTRUDA", true)]
    [InlineData("信迪利单抗", true)]
    [InlineData("no-such-drug", false)]
    public async Task The_drug_list_is_searched_without_any_script(string search, bool found)
    {
        var page = await PageAsync($"/patients/bravo/order?search={Uri.EscapeDataString(search)}");
        Assert.Equal(found, page.Contains("""<button name="drug" """, StringComparison.Ordinal));
        Assert.Equal(!found, page.Contains("No drug of that name", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_inhibitor_of_the_knowledge_can_be_ordered_and_drugs_that_are_none()
    {
        var page = await PageAsync("/patients/bravo/order");
        Assert.All(
            ["tislelizumab", "cadonilimab", "ivonescimab", "adebrelimab", "bevacizumab", "lenvatinib", "paracetamol"],
            drug => Assert.Contains($"""value="{drug}" """, page, StringComparison.Ordinal));
        Assert.True(page.Split("""name="drug" """).Length > 50);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/patients/bravo")]
    [InlineData("/patients/nobody")]
    [InlineData("/sandbox.css")]
    [InlineData("/fhir/metadata")]
    public async Task Every_answer_carries_a_policy_that_runs_nothing_from_elsewhere(string path)
    {
        using var response = await ehr.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; style-src 'self'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Pages_load_only_what_the_EHR_itself_serves_and_hold_no_inline_style_or_script()
    {
        var page = await PageAsync("/patients/bravo");
        Assert.Contains("""<link rel="stylesheet" href="/sandbox.css">""", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("<script").Length - 1);
        Assert.Contains("""<script src="/sandbox.js" defer></script>""", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.Contains("color-scheme", await PageAsync("/sandbox.css"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_patient_gives_404_and_a_way_back()
    {
        using var response = await ehr.Http.GetAsync(new Uri("/patients/nobody", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("""<a href="/">""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_that_is_not_this_machine_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "ehr.example.org" } };
        using var response = await ehr.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<string> PageAsync(string path)
    {
        using var response = await ehr.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
