using HpdCds.Explain;
using HpdCds.Store;
using HpdCds.Tests.Chart;
using HpdCds.Tests.Hooks;
using HpdCds.Verbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace HpdCds.Tests.Store;

/// <summary>What outlasts an end, a loss and a change of mind, the same on every engine.</summary>
public abstract partial class MemoryTests
{
    private static string Comment(string text = Secret) => $$""","overrideReason":{"userComment":"{{text}}"}""";

    [Fact]
    public async Task What_the_store_did_not_take_before_the_service_ended_is_there_once_after_the_next_start()
    {
        var connection = await ConnectionAsync();
        var folder = Directory.CreateTempSubdirectory("hpdcds-spill-").FullName;
        string card;
        await using (var service = await StartAsync(connection, TimeProvider.System, ("HpdCds:Store:SpillDirectory", folder)))
        {
            await TellAsync(service, Feedback("earlier", more: Comment()));
            await RowsAsync(connection, "feedback", 1);
            await TakeAwayAsync(connection);
            card = await CardAsync(service, CallOfToday());
            await TellAsync(service, Feedback(card, more: Comment()));
            await EndAsync(service);
        }

        var file = Assert.Single(Directory.GetFiles(folder));
        var written = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(2, written.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(["pat-1", "1960", "Quagga"], of => Assert.DoesNotContain(of, written, StringComparison.Ordinal));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));

        // What another replica would take up a second time.
        File.Copy(file, file.Replace(".spill-", ".spill-0", StringComparison.Ordinal));
        await File.AppendAllTextAsync(file, written[..60] + "\n{}\n", TestContext.Current.CancellationToken);
        await BringBackAsync(connection);
        await using var next = await StartAsync(connection, TimeProvider.System, ("HpdCds:Store:SpillDirectory", folder));

        Assert.Equal("Degraded: store back, 0 waiting, 2 lost, 2 damaged and kept aside", await HealthUntilAsync(next, text => text.StartsWith("Degraded: store back, 0", StringComparison.Ordinal) && Directory.GetFiles(folder, "*.jsonl").Length == 0));
        Assert.Equal(card, Assert.Single(await RowsAsync(connection, "decisions", 1))["card"]);
        var told = await RowsAsync(connection, "feedback", 2);
        Assert.Equal(2, told.Count);
        Assert.Equal(Secret, next.Services.GetRequiredService<Journal>().Reveal((string)told.Single(row => (string)row["card"]! == card)["comment"]!));
        var aside = Assert.Single(Directory.GetFiles(folder));
        Assert.Equal(written[..60] + "\n{}\n", await File.ReadAllTextAsync(aside, TestContext.Current.CancellationToken));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(aside) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.Equal(2L, (await RowsAsync(connection, "gaps", 1)).Sum(row => (long)row["lost"]!));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("Req", "FBK-10")]
    public async Task What_a_person_wrote_is_left_out_where_the_key_to_encrypt_it_is_away_too()
    {
        var connection = await ConnectionAsync();
        var folder = Directory.CreateTempSubdirectory("hpdcds-spill-").FullName;
        await TakeAwayAsync(connection);
        await using (var service = await StartAsync(connection, TimeProvider.System, ("HpdCds:Store:SpillDirectory", folder)))
        {
            await TellAsync(service, Feedback("one", more: Comment()));
            await EndAsync(service);
        }

        Assert.DoesNotContain("Quagga", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(folder)), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await BringBackAsync(connection);
        await using var next = await StartAsync(connection, TimeProvider.System, ("HpdCds:Store:SpillDirectory", folder));
        await WrittenAsync(next);
        var row = Assert.Single(await RowsAsync(connection, "feedback", 1));
        Assert.Equal(("one", null), (row["card"], row["comment"]));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Tables_that_were_dropped_are_made_anew_without_a_restart_and_the_keys_go_back_into_them()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection, TimeProvider.System);
        await TellAsync(service, Feedback("one", more: Comment()));
        await RowsAsync(connection, "feedback", 1);

        await DropAsync(connection);
        await TellAsync(service, Feedback("two", more: Comment()));
        await WrittenAsync(service);

        var row = Assert.Single(await RowsAsync(connection, "feedback", 1));
        Assert.Equal("two", row["card"]);
        Assert.Equal("Degraded: store made anew: what it held is gone, 0 waiting, 0 lost", await HealthUntilAsync(service, text => text.Contains("gone, 0 waiting", StringComparison.Ordinal)));
        await using var next = await StartAsync(connection, TimeProvider.System);
        Assert.Equal(Secret, next.Services.GetRequiredService<Journal>().Reveal((string)row["comment"]!));
    }

    [Fact]
    public async Task What_was_told_last_of_a_card_decides_whether_it_comes_again()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var card = await CardAsync(service);
        var told = 0;
        async Task<int> CardsAfterAsync(string outcome, string at)
        {
            await TellAsync(service, Feedback(card, outcome, at));
            await RowsAsync(connection, "feedback", ++told);
            return (await service.AnswerAsync(Call())).Body!["cards"]!.AsArray().Count;
        }

        Assert.Equal(0, await CardsAfterAsync("overridden", "2026-11-01T11:40:00Z"));
        Assert.Equal(1, await CardsAfterAsync("accepted", "2026-11-01T11:45:00Z"));
        Assert.Equal(1, await CardsAfterAsync("overridden", "2026-11-01T11:41:00Z"));
        Assert.Equal(1, await CardsAfterAsync("overridden", "2026-11-01T11:45:00Z"));
        Assert.Equal(0, await CardsAfterAsync("overridden", "2026-11-01T11:50:00Z"));
    }

    [Fact]
    public async Task A_clock_that_is_ahead_makes_no_word_the_last_one()
    {
        var connection = await ConnectionAsync();
        var clock = new FakeTimeProvider(RunningService.Noon);
        await using var service = await StartAsync(connection, clock);
        var card = await CardAsync(service);
        var ahead = Feedback(card, "overridden", "2026-11-01T14:00:00Z");
        async Task<int> CardsAfterAsync(string feedback, int rows)
        {
            await TellAsync(service, feedback);
            await RowsAsync(connection, "feedback", rows);
            await WrittenAsync(service);
            return (await service.AnswerAsync(Call())).Body!["cards"]!.AsArray().Count;
        }

        Assert.Equal(0, await CardsAfterAsync(ahead, 1));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await CardsAfterAsync(Feedback(card, "accepted", "2026-11-01T12:01:00Z"), 2));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await CardsAfterAsync(ahead, 2));
        Assert.Equal(2, (await RowsAsync(connection, "feedback", 2)).Count);
    }

    [Fact]
    public async Task What_is_no_code_and_what_a_person_wrote_in_its_place_stands_nowhere_in_the_open()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var card = await CardAsync(service);

        await TellAsync(service, Feedback(card.ToUpperInvariant(), more: $$""","overrideReason":{"reason":{"code":"{{Secret}}","system":"urn:site"},"userComment":"no"}"""));

        var row = Assert.Single(await RowsAsync(connection, "feedback", 1));
        Assert.Equal((card, null, "urn:site"), ((string?)row["card"], (string?)row["reason_code"], (string?)row["reason_system"]));
        Assert.DoesNotContain("Quagga", string.Join(' ', row.Values), StringComparison.Ordinal);
        Assert.Equal($"no\n{Secret}", service.Services.GetRequiredService<Journal>().Reveal((string)row["comment"]!));
        Assert.Empty((await service.AnswerAsync(Call())).Body!["cards"]!.AsArray());
    }

    [Fact]
    public async Task A_decision_that_was_damaged_in_its_file_is_kept_aside_counted_once_and_breaks_no_report()
    {
        var connection = await ConnectionAsync();
        var folder = Directory.CreateTempSubdirectory("hpdcds-spill-").FullName;
        (string, string) place = ("HpdCds:Store:SpillDirectory", folder);
        await using (var service = await StartAsync(connection, TimeProvider.System, place))
        {
            await TellAsync(service, Feedback("earlier"));
            await RowsAsync(connection, "feedback", 1);
            await TakeAwayAsync(connection);
            await CardAsync(service, CallOfToday());
            await EndAsync(service);
        }

        var file = Assert.Single(Directory.GetFiles(folder));
        var written = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, written.Replace("\"Factors\":\"{", "\"Factors\":\"[", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.NotEqual(written, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        await using (var service = await StartAsync(connection, TimeProvider.System, place))
            await EndAsync(service);
        await BringBackAsync(connection);
        await using var next = await StartAsync(connection, TimeProvider.System, place);

        Assert.EndsWith("1 damaged and kept aside", await HealthUntilAsync(next, text => text.StartsWith("Degraded: store back, 0", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(1L, (await RowsAsync(connection, "gaps", 1)).Sum(row => (long)row["lost"]!));
        Assert.Empty(await RowsAsync(connection, "decisions", 0));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_question_that_the_store_refuses_is_told()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection, TimeProvider.System);
        await CardAsync(service, CallOfToday());
        await RowsAsync(connection, "decisions", 1);
        await ExecuteAsync(connection, "ALTER TABLE feedback RENAME COLUMN at TO at2");

        await CardAsync(service, CallOfToday());

        Assert.Equal("Degraded: store refuses a question, 0 waiting, 0 lost", await HealthUntilAsync(service, text => text.StartsWith("Degraded: store refuses a question, 0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_column_that_somebody_added_costs_no_entry()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection, TimeProvider.System);
        var journal = service.Services.GetRequiredService<Journal>();
        journal.Add(Told);
        await RowsAsync(connection, "feedback", 1);
        await ExecuteAsync(connection, "DROP TABLE feedback");
        await ExecuteAsync(connection, """
            CREATE TABLE feedback (ehr TEXT, tenant TEXT, card TEXT, outcome TEXT, at BIGINT, received BIGINT, reason_system TEXT, reason_code TEXT, suggestions TEXT, comment TEXT,
                extra TEXT NOT NULL, PRIMARY KEY (ehr, tenant, card, outcome, at))
            """);

        journal.Add(Told with { Card = "two" });
        Assert.Equal("Degraded: store refuses, 1 waiting, 0 lost", await HealthUntilAsync(service, text => text.Contains("refuses", StringComparison.Ordinal)));
        await ExecuteAsync(connection, "ALTER TABLE feedback DROP COLUMN extra");

        Assert.Equal("two", Assert.Single(await RowsAsync(connection, "feedback", 1))["card"]);
    }

    [Fact]
    [Trait("Req", "FBK-11")]
    public async Task The_same_inputs_have_one_name_and_it_is_no_patients()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        await service.AnswerAsync(Call());
        await service.AnswerAsync(Call("pat-2", day: "2026-10-21"));
        await service.AnswerAsync(Call(neutrophils: 10));

        var inputs = (await RowsAsync(connection, "decisions", 3)).OrderBy(row => row["at"]).Select(row => (string)row["inputs"]!).ToList();

        Assert.Equal(3, inputs.Count);
        Assert.Equal(2, inputs.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, inputs.GroupBy(one => one, StringComparer.Ordinal).Max(group => group.Count()));
    }

    [Fact]
    [Trait("Req", "FBK-11")]
    public async Task A_saved_chart_is_known_as_what_a_card_was_made_from()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var card = await CardAsync(service);
        await RowsAsync(connection, "decisions", 1);
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.json");
        async Task SaveAsync(string call)
        {
            var explainer = service.Services.GetRequiredService<Explainer>();
            var explanation = await explainer.ExplainAsync(System.Text.Encoding.UTF8.GetBytes(call), [], RunningService.Noon, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file, explainer.WithoutIdentity(explanation.Chart!)!.ToJson(), TestContext.Current.CancellationToken);
        }

        await SaveAsync(Call());
        Assert.Equal(0, (await IncidentAsync(connection, card, "--chart", file)).Code);
        await SaveAsync(Call(neutrophils: 10));
        Assert.Equal(3, (await IncidentAsync(connection, card, "--chart", file)).Code);
        await File.WriteAllTextAsync(file, "{}", TestContext.Current.CancellationToken);
        Assert.Equal(2, (await IncidentAsync(connection, card, "--chart", file)).Code);
        File.Delete(file);
    }

    [Fact]
    [Trait("Req", "FBK-10")]
    public async Task What_people_wrote_of_a_card_is_told_at_a_console_to_who_asks_for_it()
    {
        var connection = await ConnectionAsync();
        await using var service = await StartAsync(connection);
        var card = await CardAsync(service);
        await TellAsync(service, Feedback(card, more: Comment()));
        await RowsAsync(connection, "feedback", 1);

        var (code, output) = await IncidentAsync(connection, card);
        Assert.Equal(0, code);
        Assert.DoesNotContain("comment", output, StringComparison.Ordinal);

        (code, output) = await IncidentAsync(connection, card, "--comments");
        Assert.Equal(0, code);
        Assert.Contains(Secret, output, StringComparison.Ordinal);
        Assert.Equal(2, (await IncidentAsync(connection, card, "--comment")).Code);
    }

    private static async Task<(int Code, string Output)> IncidentAsync(string connection, params string[] args)
    {
        var output = new StringWriter();
        var code = await IncidentVerb.RunAsync(args, output, new StringWriter(), builder =>
        {
            builder.Environment.EnvironmentName = "Development";
            builder.Configuration["HpdCds:Store:Connection"] = connection;
            builder.Configuration["HpdCds:AuditKey"] = AuditKey;
        });
        return (code, output.ToString());
    }

    // As a host would that has no more time.
    private static Task EndAsync(RunningService service) => service.Services.GetRequiredService<Journal>().StopAsync(new CancellationToken(canceled: true));

    private static async Task WrittenAsync(RunningService service)
    {
        var journal = service.Services.GetRequiredService<Journal>();
        for (var tries = 0; journal.Waiting > 0 && tries < 400; tries++)
            await Task.Delay(25, TestContext.Current.CancellationToken);
        Assert.Equal(0, journal.Waiting);
    }
}
