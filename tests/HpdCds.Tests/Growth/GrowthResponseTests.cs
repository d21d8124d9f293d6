using System.Text.Json.Nodes;
using HpdCds.Tests.Hooks;
using static HpdCds.Tests.Growth.GrowthPatient;

namespace HpdCds.Tests.Growth;

/// <summary>What is recorded beside the sums, of which day and of which evaluation it is, and what cannot be read of it (clinical model, sections 5 and 8).</summary>
public sealed class GrowthResponseTests : IAsyncLifetime
{
    private const string Liver = "10200004";
    private const string Worse = "271299001";
    private const string None = "\"valueBoolean\":false";
    private const string Some = "\"valueBoolean\":true";

    private RunningService _service = null!;

    public async ValueTask InitializeAsync() => _service = await StartWithSiteCodesAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Theory]
    [InlineData("\"issued\":\"2026-10-20T08:00:00Z\"", "response-unclear")]
    [InlineData("\"effectiveDateTime\":\"2026-10\"", "response-unclear")]
    [InlineData("\"status\":\"final\"", "response-unclear")]
    [InlineData("\"issued\":\"2026-10-12T08:00:00Z\"", "not-met")]
    [InlineData("\"effectiveDateTime\":\"2026-12\"", "not-met")]
    [InlineData("\"effectiveDateTime\":\"2026-09\"", "not-met")]
    public async Task A_response_without_a_day_that_may_be_that_of_the_evaluation_leaves_progression_open(string time, string says)
    {
        var (_, found) = await AskAsync(Small().Add("growth", NewLesion("n-1", None, null)).Add("growth", At(NoNewLesion(After, Worse), After, time)));

        Assert.Equal((says, says), (Progression(found), Rule(found, "maesaka-2022-hcc")));
    }

    [Fact]
    public async Task A_new_lesion_without_a_day_is_not_taken_back_by_a_response()
    {
        var lesion = At(NewLesion("n-1", Some, null), After, "\"issued\":\"2026-10-13T08:00:00Z\"");
        var (_, found) = await AskAsync(Small().Add("growth", lesion).Add("growth", NoNewLesion("2026-10-20")));

        Assert.Equal(("new-lesions-unknown", "new-lesions-unknown"), (Progression(found), Rule(found, "maesaka-2022-hcc")));
    }

    [Fact]
    public async Task What_says_the_same_without_a_day_changes_nothing()
    {
        const string Issued = "\"issued\":\"2026-10-20T08:00:00Z\"";
        var (_, found) = await AskAsync(Small().Add("growth", NewLesion("n-1", None, null)).Add("growth", NoNewLesion(After))
            .Add("growth", At(NewLesion("n-2", None, null), After, Issued)).Add("growth", At(NoNewLesion("2026-10-14"), "2026-10-14", Issued)));

        Assert.Equal(("not-met", "not-met"), (Progression(found), Rule(found, "maesaka-2022-hcc")));
    }

    [Theory]
    [InlineData("2026-10-14", "met")]
    [InlineData("2026-11-01", "met")]
    [InlineData("2026-10-12", "new-lesions-unknown")]
    public async Task A_new_lesion_that_was_recorded_soon_after_the_scan_is_of_that_scan(string day, string says) =>
        Assert.Equal(says, Progression((await AskAsync(Small().Add("growth", On(NewLesion("n-1", Some, null), day)))).Found));

    [Fact]
    public async Task A_new_lesion_that_was_read_the_day_after_the_scan_makes_the_warning()
    {
        var (card, found) = await AskAsync(Small().Add("growth", On(NewLesion("n-1", Some, null), "2026-10-14")));

        Assert.Equal(("warning", "2026-10-14"), ((string?)card?["indicator"], (string?)found["growth"]!["progression"]!["grounds"]![0]!["date"]));
    }

    [Fact]
    public async Task A_new_lesion_at_the_next_scan_is_of_that()
    {
        var (_, found) = await AskAsync(Small().Add("growth", Size("next", "2026-10-20", 92)).Add("growth", On(NewLesion("n-1", Some, null), "2026-10-20")));

        Assert.Equal("new-lesions-unknown", Progression(found));
    }

    [Theory]
    [InlineData("\"valueCodeableConcept\":{\"text\":\"Progressive disease\"}", "response-unclear")]
    [InlineData("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://hospital.example/response\",\"code\":\"PD\"}]}", "response-unclear")]
    [InlineData("\"valueString\":\"PD\"", "response-unclear")]
    [InlineData("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"709137006\"}]}", "response-unclear")]
    [InlineData("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"103338009\"}]}", "not-met")]
    [InlineData("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"103337004\"}]}", "not-met")]
    [InlineData("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"550991000124107\"}]}", "not-met")]
    [InlineData("\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"551001000124108\"}]}", "not-met")]
    public async Task A_response_that_cannot_be_read_leaves_progression_open_and_a_remission_is_none(string value, string says)
    {
        var (_, found) = await AskAsync(Small().Add("growth", NewLesion("n-1", None, null)).Add("growth", Saying(value)));
        Assert.Equal((says, says), (Progression(found), Rule(found, "maesaka-2022-hcc")));

        var alone = (await AskAsync(Small().Add("growth", Saying(value)))).Found;
        Assert.Equal(says, Progression(alone));
    }

    [Fact]
    public async Task A_remission_after_a_word_of_progression_contradicts_it()
    {
        var (card, found) = await AskAsync(Small().Add("growth", NoNewLesion("2026-10-16", Worse)).Add("growth", NoNewLesion("2026-10-21", "103337004")));

        Assert.Equal(("response-unclear", "info"), (Progression(found), (string?)card?["indicator"]));
    }

    [Theory]
    [InlineData("worse", "2026-10-27")]
    [InlineData("a new lesion", "2026-10-27")]
    [InlineData("worse, and no scan", "2026-10-30")]
    public async Task Progression_that_was_recorded_after_the_first_evaluation_is_told_of(string row, string day)
    {
        var patient = new GrowthPatient().Add("growth", Size("a", Before, 95)).Add("growth", Size("b", Baseline, 100)).Add("growth", Size("c", "2026-09-17", 101)).Add("growth", NoNewLesion("2026-09-17"));
        if (row != "worse, and no scan")
            patient.Add("growth", Size("d", day, 118));
        patient.Add("growth", row == "a new lesion" ? On(NewLesion("n-1", Some, null), day) : NoNewLesion(day, Worse));
        var (card, found) = await AskAsync(patient);

        Assert.Equal(("not-met", "info"), (Rule(found, "maesaka-2022-hcc"), (string?)card?["indicator"]));
        Assert.Contains($"recorded on {day}", (string?)card!["summary"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(After)]
    [InlineData("2026-10-14")]
    public async Task A_later_word_on_new_lesions_takes_nothing_back_from_that_on_the_scan(string day)
    {
        var (card, found) = await AskAsync(Small().Add("growth", On(NewLesion("n-1", Some, null), day)).Add("growth", On(NewLesion("n-2", None, null), "2026-10-28")));

        Assert.Equal(("met", "warning"), (Progression(found), (string?)card?["indicator"]));
        Assert.Equal("Observation/n-1", (string?)found["growth"]!["progression"]!["grounds"]![0]!["source"]);
    }

    [Fact]
    public async Task A_new_lesion_that_was_recorded_after_a_word_of_none_is_told_as_recorded_later()
    {
        var (card, found) = await AskAsync(Small().Add("growth", NewLesion("n-1", None, null)).Add("growth", On(NewLesion("n-2", Some, null), "2026-10-28")));

        Assert.Equal(("not-met", "not-met"), (Progression(found), Rule(found, "maesaka-2022-hcc")));
        Assert.Equal("""{"ground":"new-lesion","date":"2026-10-28","source":"Observation/n-2"}""", found["growth"]!["recordedLater"]!.ToJsonString());
        Assert.Contains("recorded after the first evaluation: a new lesion, 2026-10-28, Observation/n-2.", (string?)card!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_lesion_in_another_organ_some_days_later_leaves_open_how_many_organs_there_are()
    {
        var (_, found) = await AskAsync(Small().Add("growth", NewLesion("n-1", "\"valueInteger\":1", Liver)).Add("growth", On(NewLesion("n-2", "\"valueInteger\":1", "39607008"), "2026-10-16")));

        Assert.Equal(("met", "new-lesions-unknown"), (Progression(found), Part(found, "matos-2020", "organs")));
    }

    [Theory]
    [InlineData("Condition/hcc", "it was recorded on 2026-10-30", null)]
    [InlineData("Condition/elsewhere", "recorded on 2026-10-30 is disputed or may be of another cancer", true)]
    public async Task Progression_recorded_later_that_may_be_of_another_cancer_is_told_as_such(string focus, string told, bool? isUnclear)
    {
        var worse = NoNewLesion("2026-10-30", Worse).Replace("\"effectiveDateTime\"", Focus(focus) + "\"effectiveDateTime\"", StringComparison.Ordinal);
        var (card, found) = await AskAsync(StillAtFirst().Add("growth", worse));

        Assert.Contains(told, (string?)card!["summary"], StringComparison.Ordinal);
        Assert.Contains("Observation/status-2026-10-30", (string?)card["detail"], StringComparison.Ordinal);
        Assert.Equal(("Observation/status-2026-10-30", isUnclear), ((string?)found["growth"]!["recordedLater"]!["source"], (bool?)found["growth"]!["recordedLater"]!["unclear"]));
    }

    [Theory]
    [InlineData("preliminary", "corrected", null)]
    [InlineData("final", "final", true)]
    [InlineData("corrected", "final", false)]
    public async Task Of_two_words_of_one_later_day_that_of_better_standing_counts(string worse, string stable, bool? isUnclear)
    {
        static string As(string resource, string status) => resource.Replace("\"final\"", $"\"{status}\"", StringComparison.Ordinal);
        var (card, found) = await AskAsync(StillAtFirst()
            .Add("growth", As(NoNewLesion("2026-10-30", Worse), worse)).Add("growth", As(NoNewLesion("2026-10-30"), stable).Replace("status-2026-10-30", "status-2", StringComparison.Ordinal)));

        Assert.Equal(isUnclear is null, card is null);
        Assert.Equal(isUnclear, found["growth"]!["recordedLater"] is { } later ? (bool?)((bool?)later["unclear"] ?? false) : null);
    }

    [Fact]
    public async Task Of_two_numbers_of_new_lesions_in_one_place_the_smaller_is_sure_and_the_larger_possible()
    {
        var (_, found) = await AskAsync(Small().Add("growth", NewLesion("n-1", "\"valueInteger\":1", Liver)).Add("growth", NewLesion("n-2", "\"valueInteger\":2", Liver)));

        Assert.Equal("new-lesions-unknown", Part(found, "lo-russo-2019", "new-lesions"));
    }

    /// <summary>Growth four times as fast as before that is no progression: what is recorded beside the sums decides.</summary>
    private static GrowthPatient Small() => new GrowthPatient().Add("growth", Size("size-a", Before, 80)).Add("growth", Size("size-b", Baseline, 81)).Add("growth", Size("size-c", After, 84));

    /// <summary>No progression at a first evaluation that came early.</summary>
    private static GrowthPatient StillAtFirst() => new GrowthPatient().Add("growth", Size("a", Before, 95)).Add("growth", Size("b", Baseline, 100)).Add("growth", Size("c", "2026-09-17", 101)).Add("growth", NoNewLesion("2026-09-17"));

    private static string On(string resource, string day) => At(resource, After, $"\"effectiveDateTime\":\"{day}\"");

    private static string At(string resource, string day, string time) => resource.Replace($"\"effectiveDateTime\":\"{day}\"", time, StringComparison.Ordinal);

    private static string Saying(string value) =>
        $$"""
        {"resourceType":"Observation","id":"said","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"97509-4"}]},"subject":{"reference":"Patient/pat-1"},"effectiveDateTime":"{{After}}",{{value}} }
        """;

    private async Task<(JsonNode? Card, JsonObject Found)> AskAsync(GrowthPatient patient)
    {
        var answer = await GrowthPatient.AskAsync(_service, patient.View());
        Assert.Empty(GrowthServiceTests.Faults(answer.Found));
        return answer;
    }
}
