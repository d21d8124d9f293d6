using System.Net;
using System.Text.RegularExpressions;
using HpdCds.Store;
using HpdCds.Tests.Chart;
using HpdCds.Trust;
using Microsoft.Extensions.DependencyInjection;

namespace HpdCds.Tests.SmartApp;

/// <summary>The page of a launch: whose it is, what it is served with, and how it ends.</summary>
public sealed partial class OpenPageTests
{
    private static readonly string Named =
        """{"resourceType":"Patient","id":"pat-1","name":[{"family":"Banner<script>alert(1)</script>"}],"birthDate":"1960-05-01","gender":"female","identifier":[{"type":{"coding":[{"code":"MR"}]},"value":"mrn-77"}]}""";

    [Theory]
    [Trait("Req", "SM-21")]
    [Trait("Req", "SM-40")]
    [InlineData(true, true)]
    [InlineData(null, true)]
    [InlineData(false, false)]
    public async Task Who_the_patient_is_stands_there_unless_the_EHR_says_it_itself(bool? needed, bool shown)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token["need_patient_banner"] = needed;
        site.Fhir = call => call.Path == "/fhir/Patient/pat-1" ? EhrAnswer.Ok(Named) : null;

        var (status, html) = await site.SeeAsync();

        Assert.Equal(200, status);
        // On paper the EHR shows nobody: there it stands in any case.
        Assert.Contains(shown ? "<p class=\"banner\">" : "<p class=\"banner print-only\">", html, StringComparison.Ordinal);
        Assert.Contains("Banner&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("1960-05-01", html, StringComparison.Ordinal);
        Assert.Contains("mrn-77", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "SM-21")]
    [InlineData(500)]
    [InlineData(404)]
    public async Task A_patient_who_could_not_be_read_is_not_said_to_have_no_name(int status)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = call => call.Path == "/fhir/Patient/pat-1" ? new EhrAnswer(status, Json.Outcome("error", "exception")) : null;

        var (_, html) = await site.SeeAsync();

        Assert.Contains("The patient record could not be read: name, birth date and record number are not shown", html, StringComparison.Ordinal);
        Assert.DoesNotContain("not recorded</bdi>", html, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Req", "SM-22")]
    [Trait("Req", "SM-23")]
    [Trait("Req", "LNK-05")]
    [InlineData("intent", "something-else")]
    [InlineData("appContext", "mangled &%$ \" <b>")]
    [InlineData("appContext", "AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("appContext", "AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("appContext", "' OR 1=1 --")]
    [InlineData("appContext", "")]
    public async Task What_the_launch_says_that_means_nothing_to_us_opens_the_usual_page(string name, string value)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token[name] = value;
        var (status, html) = await site.SeeAsync();
        site.Token = (token, _) => token[name] = new string('A', 100_000);
        var longer = await site.SeeAsync();

        Assert.Equal(200, status);
        Assert.Equal(200, longer.Status);
        Assert.DoesNotContain("mangled", html, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-13")]
    public async Task Fewer_rights_than_asked_for_are_told_as_what_could_not_be_read()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => token["scope"] = "launch patient/Patient.r";
        site.Fhir = call => call.Type == "Patient" ? null : new EhrAnswer(403, Json.Outcome("error", "forbidden"));

        var (status, html) = await site.SeeAsync();

        Assert.Equal(200, status);
        Assert.Contains("not authorised", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Trait("Req", "SM-24")]
    [Trait("Req", "SM-34")]
    [Trait("Req", "SM-41")]
    [Trait("Req", "SM-42")]
    [Trait("Req", "SM-43")]
    public async Task Nothing_is_called_but_what_a_launch_needs_and_the_token_goes_to_the_FHIR_server_only()
    {
        await using var elsewhere = await FakeEhr.StartAsync();
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) =>
        {
            token["smart_style_url"] = elsewhere.Base + "/style.json";
            token["fhirContext"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["reference"] = elsewhere.Base + "/ImagingStudy/1" });
        };
        site.Fhir = call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Paged(elsewhere.Base + "/next", Json.Condition("c-1"))) : null;

        Assert.Equal(200, (await site.SeeAsync()).Status);

        Assert.Empty(elsewhere.Calls);
        Assert.All(site.Calls, call => Assert.Equal(call.Path.StartsWith("/fhir/", StringComparison.Ordinal) && !call.Path.Contains(".well-known", StringComparison.Ordinal) ? "Bearer access-1" : null, call.Authorization));
        Assert.Equal(["authorization_code"], site.TokenCalls.Select(call => Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(call.Body)["grant_type"].ToString()));
        Assert.DoesNotContain(site.Calls, call => call.Path.Contains("introspect", StringComparison.Ordinal) || call.Type == "Basic" || call.Method is "PUT" or "DELETE");
    }

    [Fact]
    public async Task What_browsers_do_here_is_counted_by_step_and_outcome()
    {
        using var heard = new Telemetry.Heard();
        await using var site = await LaunchSite.StartAsync(new Dictionary<string, string?> { ["HpdCds:Ehrs:0:Name"] = "ehr-of-launches" });

        Assert.Equal(200, (await site.SeeAsync()).Status);
        site.Configuration = configuration => configuration["authorization_endpoint"] = "http://elsewhere.example.org/authorize";
        site.Clock.Advance(TimeSpan.FromHours(25));
        using (await site.Service.Client.GetAsync(new Uri($"/smart/launch?iss={Uri.EscapeDataString(site.Iss)}&launch=l", UriKind.Relative), TestContext.Current.CancellationToken)) { }

        Assert.Equal(1, heard.Count("hpdcds.smart.duration", "ehr=ehr-of-launches", "step=launch", "outcome=sent", "status=302"));
        Assert.Equal(1, heard.Count("hpdcds.smart.duration", "ehr=ehr-of-launches", "step=callback", "outcome=opened", "status=303"));
        Assert.True(heard.Count("hpdcds.smart.duration", "ehr=ehr-of-launches", "step=page", "status=200") >= 1);
        Assert.Equal(1, heard.Count("hpdcds.smart.duration", "ehr=ehr-of-launches", "step=launch", "outcome=server-unusable", "status=502"));
    }

    [Fact]
    public async Task What_was_tried_leads_back_to_the_page_when_it_is_looked_at_anew()
    {
        await using var site = await LaunchSite.StartAsync();
        var page = await site.OpenAsync();

        using var again = await site.GetAsync($"{page.Path}/what-if?language=zh-CN", page.Cookie);
        using var stranger = await site.GetAsync($"{page.Path}/what-if");

        Assert.Equal((303, page.Path + "?language=zh-CN"), ((int)again.StatusCode, again.Headers.Location!.OriginalString));
        Assert.Equal(404, (int)stranger.StatusCode);
    }

    [Fact]
    public async Task A_page_that_waits_looks_again_at_itself()
    {
        await using var site = await LaunchSite.StartAsync();
        var goOn = new TaskCompletionSource();
        site.Before = (call, _) => call.Type == "Condition" ? goOn.Task : Task.CompletedTask;
        var page = await site.OpenAsync();
        var looking = site.ShowAsync(page, "?language=zh-CN");
        while (!looking.IsCompleted)
        {
            site.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        var (status, html) = await looking;
        goOn.SetResult();

        Assert.Equal(200, status);
        Assert.Contains($"href=\"{page.Path}?language=zh-CN\"", html, StringComparison.Ordinal);
        Assert.Contains($"url={page.Path}?language=zh-CN", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(200, "[]")]
    public async Task A_view_ends_whatever_the_revocation_endpoint_says(int status, string body)
    {
        await using var site = await LaunchSite.StartAsync();
        site.Revoked = new EhrAnswer(status, body);
        var page = await site.OpenAsync();

        using var ended = await site.PostAsync($"{page.Path}/end", page.Cookie, [KeyValuePair.Create("form", FormTokenOf((await site.ShowAsync(page)).Html))]);

        Assert.Equal(200, (int)ended.StatusCode);
        Assert.Contains("did not take a token back", site.Service.Log.All, StringComparison.Ordinal);
        Assert.Contains("did not confirm that it took the access back", await ended.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launches_that_nobody_proved_to_be_anybody_for_are_limited_which_is_said_on_a_page()
    {
        await using var site = await LaunchSite.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var response = await site.GetAsync(LaunchSite.LaunchPath(site.Iss, "launch-1"));
            if (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
                Assert.Contains("Too many at once", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            return (int)response.StatusCode;
        }));

        Assert.Contains(302, answers);
        Assert.Contains(429, answers);
        Assert.All(answers, status => Assert.True(status is 302 or 429, $"{status}"));
    }

    [Fact]
    public async Task What_is_no_launch_of_a_known_EHR_takes_no_place_of_one_that_is()
    {
        await using var site = await LaunchSite.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async at =>
        {
            using var junk = await site.GetAsync(LaunchSite.LaunchPath(at % 2 == 0 ? null : "https://elsewhere.example.org/fhir", "launch-1"));
            Assert.Equal(400, (int)junk.StatusCode);
        }));

        Assert.Equal(200, (await site.SeeAsync()).Status);
    }

    [Fact]
    public async Task A_form_in_which_nothing_was_set_is_answered_in_words()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition("c-1"))) : null;
        var page = await site.OpenAsync();
        var (_, html) = await site.ShowAsync(page);

        using var tried = await site.PostAsync(page.Path + "/what-if", page.Cookie, [new("form", FormTokenOf(html))]);

        Assert.DoesNotContain("Nothing was set", html, StringComparison.Ordinal);
        Assert.Contains("Nothing was set: this is the chart alone.", await tried.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Req", "SM-31")]
    public async Task Two_launches_side_by_side_keep_their_patients_apart()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = call => call.Path.StartsWith("/fhir/Patient/", StringComparison.Ordinal) ? EhrAnswer.Ok(Named.Replace("pat-1", call.Path.Split('/')[^1], StringComparison.Ordinal).Replace("mrn-77", "mrn-of-" + call.Path.Split('/')[^1], StringComparison.Ordinal)) : null;
        var (first, second) = (await site.LaunchAsync(), await site.LaunchAsync());
        async Task<OpenPage> Come(Sent sent, string patient)
        {
            site.Token = (token, _) => (token["patient"], token["access_token"]) = (patient, "access-of-" + patient);
            using var response = await site.AnswerAsync(sent);
            return new(response.Headers.Location!.OriginalString, LaunchSite.CookieOf(response));
        }

        var (b, a) = (await Come(second, "pat-b"), await Come(first, "pat-a"));
        var (ofA, ofB) = (await site.ShowAsync(a), await site.ShowAsync(b));

        Assert.Contains("mrn-of-pat-a", ofA.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("pat-b", ofA.Html, StringComparison.Ordinal);
        Assert.Contains("mrn-of-pat-b", ofB.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("pat-a", ofB.Html, StringComparison.Ordinal);
        Assert.All(site.Calls.Where(call => call.Url.Contains("pat-a", StringComparison.Ordinal)), call => Assert.Equal("Bearer access-of-pat-a", call.Authorization));
        Assert.Equal(404, (await site.ShowAsync(a with { Cookie = b.Cookie })).Status);
        Assert.Equal(404, (await site.ShowAsync(a with { Cookie = a.Cookie.Split('=')[0] + "=" + b.Cookie.Split('=')[1] })).Status);
    }

    [Fact]
    [Trait("Req", "SM-28")]
    [Trait("Req", "SM-07")]
    [Trait("Req", "SEC-04")]
    public async Task No_token_code_or_verifier_leaves_the_server()
    {
        const string Access = "canary-access-31";
        const string Refresh = "canary-refresh-32";
        await using var site = await LaunchSite.StartAsync();
        site.Token = (token, _) => (token["access_token"], token["refresh_token"], token["id_token"]) = (Access, Refresh, site.IdToken());
        var sent = await site.LaunchAsync();
        using var answer = await site.AnswerAsync(sent);
        var page = new OpenPage(answer.Headers.Location!.OriginalString, LaunchSite.CookieOf(answer));
        using var shown = await site.GetAsync(page.Path, page.Cookie);
        using var ended = await site.PostAsync(page.Path + "/end", page.Cookie, [new("form", FormTokenOf(await shown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)))]);
        var form = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(site.TokenCalls.Single().Body);
        string[] secrets = [Access, Refresh, "the-code", form["code_verifier"].ToString(), form["client_assertion"].ToString()[^40..], sent.Query["state"].ToString(), page.Cookie.Split('=')[1]];
        var rows = await RowsAsync(site);

        foreach (var response in new[] { answer, shown, ended })
        {
            var said = $"{response.Headers.Location} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, said, StringComparison.Ordinal));
        }

        Assert.All(secrets.Append(page.Id), secret => Assert.DoesNotContain(secret, site.Service.Log.All, StringComparison.Ordinal));
        Assert.All(secrets.Append(page.Id), secret => Assert.DoesNotContain(secret, rows, StringComparison.Ordinal));
        Assert.All(secrets[..4], secret => Assert.DoesNotContain(secret, string.Join(' ', answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Req", "SM-30")]
    [InlineData("as it is", 200)]
    [InlineData("origin null, same site", 200)]
    [InlineData("no token", 400)]
    [InlineData("token of another launch", 400)]
    [InlineData("foreign origin", 400)]
    [InlineData("cross-site", 400)]
    [InlineData("same-site", 400)]
    [InlineData("origin null alone", 400)]
    [InlineData("nothing said", 400)]
    [InlineData("no cookie", 404)]
    [InlineData("JSON", 400)]
    [InlineData("too large", 413)]
    public async Task Only_a_form_of_the_page_itself_is_taken(string kind, int expected)
    {
        await using var site = await LaunchSite.StartAsync();
        var (page, other) = (await site.OpenAsync(), await site.OpenAsync());
        var token = FormTokenOf((await site.ShowAsync(kind == "token of another launch" ? other : page)).Html);

        using var response = await site.PostAsync(
            page.Path + "/end",
            kind == "no cookie" ? null : page.Cookie,
            kind == "no token" ? [] : [new("form", token), new("more", kind == "too large" ? new string('x', 20_000) : "")],
            request =>
            {
                void Say(string? origin, string? site)
                {
                    request.Headers.Remove("Origin");
                    request.Headers.Remove("Sec-Fetch-Site");
                    if (origin is not null)
                        request.Headers.TryAddWithoutValidation("Origin", origin);
                    if (site is not null)
                        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
                }

                switch (kind)
                {
                    case "origin null, same site": Say("null", "same-origin"); break;
                    case "foreign origin": Say("https://evil.example", null); break;
                    case "cross-site": Say("null", "cross-site"); break;
                    case "same-site": Say("https://cds.example.org", "same-site"); break;
                    case "origin null alone": Say("null", null); break;
                    case "nothing said": Say(null, null); break;
                    case "JSON": request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"); break;
                }
            });

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal(expected == 200 ? 1 : 0, site.Calls.Count(call => call.Path == "/auth/revoke"));
    }

    [Fact]
    [Trait("Req", "SM-32")]
    [Trait("Req", "SM-33")]
    [Trait("Req", "SM-38")]
    public async Task Every_answer_of_the_app_has_its_headers_and_none_lets_another_page_read_it()
    {
        await using var site = await LaunchSite.StartAsync(LaunchSite.Settings(("CorsOrigins:0", "https://web.example.org")));
        var page = await site.OpenAsync();
        void FromElsewhere(HttpRequestMessage request) => request.Headers.TryAddWithoutValidation("Origin", "https://web.example.org");
        HttpResponseMessage[] answers =
        [
            await site.GetAsync(LaunchSite.LaunchPath(site.Iss, "x"), change: FromElsewhere),
            await site.GetAsync("/smart/launch", change: FromElsewhere),
            await site.GetAsync("/smart/callback", change: FromElsewhere),
            await site.GetAsync(page.Path, page.Cookie, FromElsewhere),
            await site.GetAsync(page.Path, change: FromElsewhere),
        ];

        Assert.All(answers, answer =>
        {
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Matches(
                $"^default-src 'self'; img-src 'self' data:; script-src 'nonce-[A-Za-z0-9_-]{{22}}'; style-src 'nonce-[A-Za-z0-9_-]{{22}}'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {LaunchSite.Frame}$", policy);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.StartsWith("max-age=", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
            Assert.True(answer.Headers.Contains("Permissions-Policy"));
            Assert.False(answer.Headers.Contains("X-Frame-Options"));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
            answer.Dispose();
        });
        Assert.Equal(answers.Length, answers.Select(answer => answer.Headers.GetValues("Content-Security-Policy").Single()).Distinct(StringComparer.Ordinal).Count());
        using var keys = await site.GetAsync("/smart/jwks.json", change: FromElsewhere);
        Assert.False(keys.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    [Trait("Req", "SM-37")]
    public async Task The_end_of_a_view_wipes_it_and_hands_the_token_back_once()
    {
        await using var site = await LaunchSite.StartAsync();
        var page = await site.OpenAsync();
        var token = FormTokenOf((await site.ShowAsync(page)).Html);

        using var ended = await site.PostAsync(page.Path + "/end", page.Cookie, [new("form", token)]);
        using var again = await site.PostAsync(page.Path + "/end", page.Cookie, [new("form", token)]);

        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(404, (await site.ShowAsync(page)).Status);
        Assert.Contains("token=access-1", Assert.Single(site.Calls, call => call.Path == "/auth/revoke").Body, StringComparison.Ordinal);
        Assert.Equal("", await RowsAsync(site));
    }

    [Fact]
    [Trait("Req", "SM-37")]
    [Trait("Req", "SM-29")]
    public async Task A_view_ends_by_itself_and_nothing_of_it_stays()
    {
        await using var site = await LaunchSite.StartAsync(LaunchSite.Settings(("Smart:SessionLifetime", "00:10:00")));
        var page = await site.OpenAsync();
        Assert.Equal(200, (await site.ShowAsync(page)).Status);
        site.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        Assert.Equal(404, (await site.ShowAsync(page)).Status);
        await site.Service.Services.GetRequiredService<Retention>().RemoveAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await RowsAsync(site));
    }

    [Fact]
    public async Task A_slow_server_is_told_at_once_and_shown_when_it_is_done()
    {
        var gate = new TaskCompletionSource();
        await using var site = await LaunchSite.StartAsync();
        site.Before = (call, stop) => call.Type == "Condition" ? gate.Task.WaitAsync(stop) : Task.CompletedTask;
        var page = await site.OpenAsync();
        var asked = site.ShowAsync(page);
        while (!asked.IsCompleted)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            site.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        var (status, html) = await asked;
        gate.SetResult();
        var after = await site.ShowAsync(page);

        Assert.Equal(200, status);
        Assert.Contains("Reading the chart", html, StringComparison.Ordinal);
        Assert.Contains("<noscript><meta http-equiv=\"refresh\"", html, StringComparison.Ordinal);
        Assert.Equal(200, after.Status);
        Assert.DoesNotContain("Reading the chart", after.Html, StringComparison.Ordinal);
        // Whoever looks again does not ask again.
        var asks = site.Calls.Where(call => call.Type == "Condition").Select(call => call.Url).ToList();
        Assert.Equal(asks.Distinct(StringComparer.Ordinal), asks);
    }

    [Fact]
    public async Task A_script_that_looks_again_gets_no_picture_and_leaves_no_trace_of_a_look()
    {
        await using var site = await LaunchSite.StartAsync();
        var page = await site.OpenAsync();
        await site.ShowAsync(page);

        using var response = await site.GetAsync(page.Path, page.Cookie, request => request.Headers.TryAddWithoutValidation("Sec-Fetch-Dest", "empty"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_language_that_somebody_chose_goes_along_to_what_is_tried_back_to_the_chart_and_to_the_end()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition("c-1"))) : null;
        var page = await site.OpenAsync();
        var (_, html) = await site.ShowAsync(page, "?language=zh-CN");
        var token = FormTokenOf(html);

        using var tried = await site.PostAsync(page.Path + "/what-if?language=zh-CN", page.Cookie, [new("form", token), new("set-pvtt", "0")]);
        var answer = PicturePageTests.ParsePage(await tried.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var ended = await site.PostAsync(page.Path + "/end?language=zh-CN", page.Cookie, [new("form", token)]);
        var (_, over) = await site.ShowAsync(page, "?language=zh-CN");

        Assert.Contains($"action=\"{page.Path}/end?language=zh-CN\"", html, StringComparison.Ordinal);
        Assert.Contains(answer.Descendants("a"), link => (string?)link.Attribute("href") == page.Path + "?language=zh-CN");
        // The other language is asked for with what is tried.
        var english = answer.Descendants("button").Single(button => (string?)button.Attribute("lang") == "en");
        Assert.Equal(("try", $"{page.Path}/what-if?language=en"), ((string?)english.Attribute("form"), (string?)english.Attribute("formaction")));
        Assert.Equal("try", (string?)answer.Descendants("fieldset").First().Ancestors("form").Single().Attribute("id"));
        Assert.Contains("此视图已结束", await ended.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("此视图已结束", over, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_tried_is_stored_nowhere()
    {
        await using var site = await LaunchSite.StartAsync();
        site.Fhir = call => call.Type == "Condition" ? EhrAnswer.Ok(Json.Bundle(Json.Condition("c-1"))) : null;
        var page = await site.OpenAsync();
        var (_, html) = await site.ShowAsync(page);
        var before = await RowsAsync(site);

        using var tried = await site.PostAsync(page.Path + "/what-if", page.Cookie, [new("form", FormTokenOf(html)), new("set-pvtt", "0")]);
        var (_, after) = await site.ShowAsync(page);

        Assert.Contains("tried-answer", await tried.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("tried-answer", after, StringComparison.Ordinal);
        Assert.Equal(before, await RowsAsync(site));
        Assert.Equal(0, await site.Service.Services.GetRequiredService<Database>().RunAsync(
            connection => Dapper.SqlMapper.ExecuteScalarAsync<long>(connection, "SELECT count(*) FROM decisions"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("off")]
    [InlineData("silent")]
    public async Task The_kill_switch_of_the_cards_closes_the_page(string mode)
    {
        await using var site = await LaunchSite.StartAsync();
        var page = await site.OpenAsync();
        Assert.Equal(200, (await site.ShowAsync(page)).Status);

        site.Service.Change(LaunchSite.Settings(("Services:hpd-risk", mode)));

        Assert.Equal(404, (await site.ShowAsync(page)).Status);
        using var launch = await site.GetAsync(LaunchSite.LaunchPath(site.Iss, "x"));
        Assert.Equal(HttpStatusCode.BadRequest, launch.StatusCode);
    }

    [Fact]
    public async Task Who_loads_the_page_again_later_sees_what_is_in_the_chart_then()
    {
        await using var site = await LaunchSite.StartAsync();
        var page = await site.OpenAsync();
        await site.ShowAsync(page);
        var read = site.Calls.Count;
        await site.ShowAsync(page);
        Assert.Equal(read, site.Calls.Count);

        site.Clock.Advance(TimeSpan.FromMinutes(3));
        await site.ShowAsync(page);

        Assert.True(site.Calls.Count > read);
    }

    internal static string FormTokenOf(string html) => FormToken().Match(html).Groups["token"].Value;

    /// <summary>What the store keeps of launches, as it is written there.</summary>
    private static async Task<string> RowsAsync(LaunchSite site) => string.Join('\n', await site.Service.Services.GetRequiredService<Database>().RunAsync(
        connection => Dapper.SqlMapper.QueryAsync<string>(connection, "SELECT id || ' ' || content FROM launches"), TestContext.Current.CancellationToken));

    [GeneratedRegex("name=\"form\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormToken();
}
