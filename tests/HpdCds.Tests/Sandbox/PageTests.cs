using System.Net;

namespace HpdCds.Tests.Sandbox;

public sealed class PageTests(EhrFixture ehr) : IClassFixture<EhrFixture>
{
    [Fact]
    public async Task The_first_page_lists_every_patient_with_a_line()
    {
        var page = await PageAsync("/");
        Assert.Contains("""<a href="/patients/bravo">Synthetic Bravo</a>""", page, StringComparison.Ordinal);
        Assert.Contains("recorded under this hospital&#39;s own code", page, StringComparison.Ordinal);
        Assert.Equal(19, page.Split("<li>").Length - 1);
    }

    [Theory]
    [InlineData("bravo", "5.2 10*3/uL", "2026-02-23 09:30", "120 - 250", "Hepatocellular carcinoma", "2026-01-20")]
    [InlineData("foxtrot", "1.0 K/uL", "3.5 ukat/L", "2.0 - 4.17", "1025 [IU]/mL", "2026-02-23 09:30")]
    [InlineData("kilo", "born 1961.", "420 ng/mL", "4.0 10*3/uL", "confirmed, active", "2026-02-23 09:30")]
    [InlineData("lima", "given, completed", "2026-01-30 09:30", "nivolumab", "900 ng/mL", "1.1 {INR}")]
    [InlineData("juliett", "Portal vein tumour thrombus", "yes", "2026-02-15", "C77.9", "refuted, inactive")]
    public async Task A_chart_shows_values_with_units_and_dates(string id, params string[] shown)
    {
        var page = await PageAsync($"/patients/{id}");
        Assert.Contains($"<h1>Synthetic {char.ToUpperInvariant(id[0])}{id[1..]}</h1>", page, StringComparison.Ordinal);
        Assert.All(shown, text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_chart_shows_its_newest_results_and_says_how_many_there_are()
    {
        var page = await PageAsync("/patients/quebec");
        Assert.Contains("The newest 60 of 1500 results.", page, StringComparison.Ordinal);
        Assert.Contains("2026-02-24 09:30", page, StringComparison.Ordinal);
        Assert.DoesNotContain("2025-12", page, StringComparison.Ordinal);
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
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
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
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
