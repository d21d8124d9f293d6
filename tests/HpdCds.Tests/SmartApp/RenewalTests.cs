using HpdCds.Tests.Chart;
using HpdCds.Trust;
using Microsoft.AspNetCore.WebUtilities;

namespace HpdCds.Tests.SmartApp;

/// <summary>Tokens that end before the view does.</summary>
public sealed class RenewalTests
{
    [Fact]
    [Trait("Req", "SM-36")]
    public async Task A_token_that_the_server_does_not_know_is_renewed_once_and_then_the_patient_must_be_opened_anew()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => (token["refresh_token"], token["access_token"]) = ("refresh", Guid.NewGuid().ToString());
        site.Fhir = _ => new EhrAnswer(401, "");

        var (status, html) = await site.SeeAsync();

        Assert.Equal(404, status);
        Assert.Contains("Start the page again from the EHR", html, StringComparison.Ordinal);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-36")]
    public async Task A_token_that_was_renewed_reads_the_chart()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) => (token["refresh_token"], token["access_token"]) = ("refresh", form["grant_type"] == "refresh_token" ? "second" : "first");
        site.Fhir = call => call.Authorization == "Bearer second" ? null : new EhrAnswer(401, "");

        Assert.Equal(200, (await site.SeeAsync()).Status);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-36")]
    public async Task A_renewed_token_of_another_hospital_reads_nothing()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) =>
        {
            (token["refresh_token"], token["access_token"]) = ("refresh", form["grant_type"] == "refresh_token" ? "second" : "first");
            if (form["grant_type"] == "refresh_token")
                token["tenant"] = "another";
        };
        site.Fhir = call => call.Authorization == "Bearer second" ? null : new EhrAnswer(401, "");

        Assert.Equal(404, (await site.SeeAsync()).Status);
        Assert.DoesNotContain(site.Calls, call => call.Authorization == "Bearer second");
    }

    [Fact]
    [Trait("Req", "SM-36")]
    public async Task Without_a_refresh_token_there_is_no_second_try()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = _ => new EhrAnswer(401, "");

        Assert.Equal(404, (await site.SeeAsync()).Status);
        Assert.Equal(["authorization_code"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-35")]
    public async Task Many_who_look_at_once_cause_one_refresh_and_no_refresh_token_is_used_twice()
    {
        await using var site = await LaunchSite.StartAsync();
        var given = 0;
        site.Token = (token, _) =>
        {
            var number = Interlocked.Increment(ref given);
            (token["access_token"], token["refresh_token"]) = ($"access-{number}", $"refresh-{number}");
        };
        site.Fhir = call => call.Authorization == "Bearer access-1" ? new EhrAnswer(401, "") : null;
        var page = await site.OpenAsync();

        var seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.ShowAsync(page)));

        Assert.All(seen, one => Assert.Equal(200, one.Status));
        Assert.Equal("refresh-1", Assert.Single(site.TokenCalls.Skip(1).Select(call => QueryHelpers.ParseQuery(call.Body)["refresh_token"].ToString())));
        Assert.All(site.TokenCalls.Skip(1), call => Assert.DoesNotContain("scope=", call.Body, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Req", "SM-20")]
    [Trait("Req", "SM-35")]
    public async Task A_refresh_that_brings_another_patient_brings_nothing()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) => (token["refresh_token"], token["patient"]) = ("refresh", form["grant_type"] == "refresh_token" ? "pat-2" : "pat-1");
        site.Fhir = _ => new EhrAnswer(401, "");

        Assert.Equal(404, (await site.SeeAsync()).Status);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    [Theory]
    [Trait("Req", "SM-35")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("123")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"Bearer\",\"scope\":\"s\"}")]
    public async Task An_odd_answer_at_a_renewal_ends_the_view_with_a_page_and_the_refresh_token_is_not_used_again(string answer)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token["refresh_token"] = "refresh";
        site.Fhir = _ => new EhrAnswer(401, "");
        site.TokenText = form => form["grant_type"] == "refresh_token" ? answer : null;
        var page = await site.OpenAsync();

        var (status, html) = await site.ShowAsync(page);
        var again = await site.ShowAsync(page);

        Assert.Equal((404, 404), (status, again.Status));
        Assert.Contains("Start the page again from the EHR", html, StringComparison.Ordinal);
        Assert.Equal(["authorization_code", "refresh_token"], Grants(site));
    }

    [Fact]
    [Trait("Req", "SM-13")]
    public async Task A_server_that_refuses_the_token_for_one_kind_of_record_closes_that_kind_only()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = call => call.Type == "Procedure" ? new EhrAnswer(401, "") : null;

        var (status, html) = await site.SeeAsync();

        Assert.Equal(200, status);
        Assert.Contains("not authorised", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Trait("Req", "SM-37")]
    public async Task A_view_that_is_ended_while_its_token_is_renewed_stays_ended_and_the_new_token_is_handed_back()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, form) => (token["refresh_token"], token["expires_in"]) = (form["grant_type"] == "refresh_token" ? "refresh-2" : "refresh-1", 10);
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        site.Before = async (call, _) =>
        {
            if (call.Path == "/auth/token" && call.Body.Contains("refresh_token", StringComparison.Ordinal))
            {
                asked.TrySetResult();
                await goOn.Task;
            }
        };
        var page = await site.OpenAsync();
        var looking = site.ShowAsync(page);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);

        using (var ended = await site.PostAsync($"{page.Path}/end", page.Cookie, [KeyValuePair.Create("form", FormTokenOf(page))]))
            Assert.Equal(200, (int)ended.StatusCode);
        goOn.SetResult();
        site.Clock.Advance(TimeSpan.FromSeconds(2));
        await looking;
        while (site.Calls.Count(call => call.Path == "/auth/revoke") < 2)
            await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Equal(404, (await site.ShowAsync(page)).Status);
        Assert.Equal(["refresh-1", "refresh-2"], site.Calls.Where(call => call.Path == "/auth/revoke").Select(call => QueryHelpers.ParseQuery(call.Body)["token"].ToString()));
    }

    [Fact]
    public async Task A_source_that_failed_is_asked_again_soon()
    {
        await using var site = await LaunchSite.StartAsync();
        var isAway = true;
        site.Fhir = call => isAway && call.Type == "Observation" ? new EhrAnswer(404, "") : null;
        var page = await site.OpenAsync();
        var first = await site.ShowAsync(page);
        isAway = false;
        var atOnce = await site.ShowAsync(page);
        site.Clock.Advance(TimeSpan.FromSeconds(6));
        var soon = await site.ShowAsync(page);

        Assert.Contains("Not everything could be read", first.Html, StringComparison.Ordinal);
        Assert.Contains(">Read again</a>", first.Html, StringComparison.Ordinal);
        Assert.Contains("Not everything could be read", atOnce.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Not everything could be read", soon.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(">Read again</a>", soon.Html, StringComparison.Ordinal);
    }

    private static string FormTokenOf(OpenPage page) => Unguessable.HashOf($"form:{page.Cookie.Split('=', 2)[1]}");

    private static string[] Grants(LaunchSite site) => [.. site.TokenCalls.Select(call => QueryHelpers.ParseQuery(call.Body)["grant_type"].ToString())];
}
