extern alias JsonSchemaNet;

using System.Globalization;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Tests.Cases;
using JsonSchemaNet::Json.Schema;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace HpdCds.Tests.Cards;

/// <summary>What every answer of every golden case has in common.</summary>
public sealed class EveryAnswerTests(GoldenAnswers answers) : IClassFixture<GoldenAnswers>
{
    private const string OverrideSystem = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes";

    /// <summary>What the CodeSystem of CDS Hooks 3.0 is known to hold.</summary>
    private static readonly string[] NonAdherenceReasons =
        ["risk-benefit-ratio", "patient-ineligible", "action-completed", "patient-refuses", "need-more-info", "recipient-does-not-trust", "limited-time"];

    private static readonly MarkdownPipeline GitHubFlavoured = new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().UseTaskLists().UseEmphasisExtras().Build();

    [Fact]
    [Trait("Req", "RSP-01")]
    [Trait("Req", "ERR-01")]
    public void A_success_is_200_with_cards_and_every_other_answer_has_none()
    {
        Assert.All(answers.All.Where(answer => answer.Status == 200), answer => Assert.IsType<JsonArray>(answer.Body["cards"]));
        Assert.All(answers.All.Where(answer => answer.Status != 200), answer => Assert.False(answer.Body.ContainsKey("cards")));
        Assert.DoesNotContain(answers.All, answer => answer.Status is 201 or 204 or >= 500);
        Assert.Contains(answers.All, answer => answer.Status == 412);
    }

    [Fact]
    [Trait("Req", "TR-02")]
    [Trait("Req", "RSP-03")]
    [Trait("Req", "SYS-01")]
    public void No_answer_holds_null_or_empty_members_or_system_actions()
    {
        var faults = answers.All.SelectMany(answer => RichPatient.Everything(answer.Body)
            .Where(item => IsNothing(item.Node) && !(item.Path == "$.cards" && item.Node is JsonArray))
            .Select(item => $"{answer}: {item.Path}"));
        Assert.Empty(faults);
        Assert.DoesNotContain(answers.All, answer => answer.Body.ContainsKey("systemActions"));
    }

    [Fact]
    [Trait("Req", "CARD-01")]
    public void Every_summary_is_one_plain_line_under_140_characters() => Assert.All(answers.Cards, item =>
    {
        var summary = (string)item.Card["summary"]!;
        Assert.InRange(summary.Length, 10, 139);
        Assert.InRange(new StringInfo(summary).LengthInTextElements, 10, 139);
        Assert.DoesNotContain(summary, sign => char.IsControl(sign) || "*_`[]#".Contains(sign, StringComparison.Ordinal));
        Assert.Equal(summary.Trim(), summary);
        Assert.DoesNotContain("  ", summary, StringComparison.Ordinal);
        Assert.EndsWith(".", summary, StringComparison.Ordinal);
        Assert.DoesNotMatch("[{}]", summary);
    });

    [Fact]
    [Trait("Req", "CARD-02")]
    [Trait("Req", "CARD-14")]
    public void The_indicator_is_info_or_warning_and_never_critical()
    {
        Assert.All(answers.Cards, item => Assert.Contains((string)item.Card["indicator"]!, (string[])["info", "warning"]));
        Assert.Equal(2, answers.Cards.Select(item => (string)item.Card["indicator"]!).Distinct().Count());
    }

    [Fact]
    [Trait("Req", "CARD-03")]
    [Trait("Req", "CARD-04")]
    [Trait("Req", "CARD-06")]
    public void The_source_names_the_evidence_with_a_generic_address_and_one_stable_topic()
    {
        Assert.All(answers.Cards, item =>
        {
            Assert.StartsWith("HpdCds", (string)item.Card["source"]!["label"]!, StringComparison.Ordinal);
            Assert.Matches("^[A-Za-z0-9]{1,100}$", (string)item.Card["source"]!["topic"]!["code"]!);
        });
        Assert.Equal("https://doi.org/10.7507/1007-9424.202412073", Assert.Single(answers.Cards.Select(item => (string?)item.Card["source"]!["url"]).OfType<string>().Distinct()));
        Assert.Single(answers.Cards.Select(item => item.Card["source"]!["topic"]!.ToJsonString()).Distinct());
    }

    [Fact]
    [Trait("Req", "CARD-07")]
    public void Every_card_has_a_uuid_of_its_own()
    {
        var uuids = answers.Cards.Select(item => (string)item.Card["uuid"]!).ToArray();
        Assert.All(uuids, uuid => Assert.True(Guid.TryParseExact(uuid, "D", out _)));
        Assert.Equal(uuids.Length, uuids.Distinct().Count());
    }

    [Fact]
    [Trait("Req", "CARD-08")]
    [Trait("Req", "CARD-09")]
    public void Every_detail_is_plain_markdown_of_at_most_1200_characters() => Assert.All(answers.Cards, item =>
    {
        var detail = (string)item.Card["detail"]!;
        Assert.InRange(detail.Length, 1, 1200);
        Assert.DoesNotMatch(@"\{[a-zA-Z]+\}", detail);
        var parts = Markdig.Markdown.Parse(detail, GitHubFlavoured).Descendants().ToArray();
        Assert.DoesNotContain(parts, part => part is LinkInline or AutolinkInline or HtmlInline or HtmlBlock or CodeInline or CodeBlock or HeadingBlock or ListBlock);
        Assert.Contains(parts, part => part is EmphasisInline);
    });

    [Fact]
    [Trait("Req", "CARD-10")]
    public void Without_order_codes_of_the_site_there_are_no_suggestions_and_no_selection() => Assert.All(answers.Cards, item =>
    {
        Assert.False(item.Card.ContainsKey("suggestions") || item.Card.ContainsKey("selectionBehavior"));
        Assert.DoesNotContain(RichPatient.Everything(item.Card), inner => inner.Path.EndsWith("appContext", StringComparison.Ordinal));
    });

    [Fact]
    [Trait("Req", "CARD-13")]
    public void What_is_missing_is_said_and_what_counts_is_dated()
    {
        Assert.All(answers.All.Where(answer => answer.Assessment?["points"] is not null && answer.Cards.Any()), answer =>
        {
            var detail = (string)answer.Cards.Single()["detail"]!;
            var rows = answer.Assessment!["factors"]!.AsArray().Where(row => (bool)row!["core"]!).ToArray();
            foreach (var row in rows.Where(row => (int)row!["points"]!["low"]! > 0 && row["date"] is not null))
                Assert.Contains((string)row!["date"]!, detail, StringComparison.Ordinal);
            Assert.All(rows.Where(row => (string)row!["state"]! == "unknown" && (string)row["reason"]! is not "not-recorded" && row["value"] is null && row["range"] is null), row =>
                Assert.Contains("**Not assessed**", detail, StringComparison.Ordinal));
        });
        Assert.Contains(answers.Cards, item => ((string)item.Card["detail"]!).Contains("**Not assessed**", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Req", "CARD-15")]
    public void Every_card_says_when_it_was_evaluated_and_what_it_is_not() => Assert.All(answers.Cards, item =>
    {
        var detail = (string)item.Card["detail"]!;
        Assert.Contains(CaseServers.AsOf.ToString("'evaluated' yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture), detail, StringComparison.Ordinal);
        Assert.Contains("not clinically validated; not a certified medical device; not for time-critical use", detail, StringComparison.Ordinal);
    });

    [Fact]
    [Trait("Req", "OVR-01")]
    [Trait("Req", "OVR-02")]
    [Trait("Req", "OVR-03")]
    public void The_override_reasons_are_one_stable_list_of_codes_of_the_published_system()
    {
        var lists = answers.Cards.Select(item => item.Card["overrideReasons"]!.AsArray()).ToArray();
        Assert.Single(lists.Select(list => list.ToJsonString()).Distinct());
        Assert.Equal(
            ["risk-benefit-ratio", "action-completed", "need-more-info", "recipient-does-not-trust", "patient-ineligible"],
            lists[0].Select(reason => (string)reason!["code"]!));
        Assert.All(lists[0], reason =>
        {
            Assert.Equal(OverrideSystem, (string)reason!["system"]!);
            Assert.Contains((string)reason["code"]!, NonAdherenceReasons);
            Assert.False(string.IsNullOrWhiteSpace((string?)reason["display"]));
        });
    }

    [Fact]
    [Trait("Req", "ERR-12")]
    public void Every_error_is_a_valid_operation_outcome() => Assert.All(answers.All.Where(answer => answer.Status != 200), answer =>
    {
        var outcome = new FhirJsonDeserializer(new DeserializerSettings().UsingMode(DeserializationMode.Strict)).Deserialize<OperationOutcome>(answer.Text);
        Assert.NotEmpty(outcome.Issue);
        Assert.DoesNotContain("pat-1", answer.Text, StringComparison.Ordinal);
    });

    [Fact]
    public void The_published_schema_holds_for_every_assessment_and_notices_what_is_wrong()
    {
        var schema = JsonSchema.FromFile(Path.Combine(GoldenCase.RepositoryRoot(), "fhir-profiles", "schema", "assessment.schema.json"));
        var assessments = answers.All.Where(answer => answer.Assessment is not null).ToArray();
        Assert.True(assessments.Length > 200);
        Assert.All(assessments, answer => Assert.Empty(Faults(schema, answer.Assessment!)));

        var sound = assessments.First(answer => answer.Assessment!["points"] is not null).Assessment!;
        Assert.All(Damages(sound), damaged => Assert.NotEmpty(Faults(schema, damaged)));
    }

    private static IEnumerable<JsonObject> Damages(JsonObject sound)
    {
        (string, Action<JsonObject>)[] damages =
        [
            ("unknown member", json => json["surprise"] = 1),
            ("unknown band", json => json["band"]!["low"] = "low"),
            ("null", json => json["settles"] = null),
            ("a state without its reason", json => json["factors"]![0]!["state"] = json["factors"]![0]!["reason"] is null ? "unknown" : "known"),
            ("points that are no number", json => json["points"]!["low"] = "3"),
            ("an assessment without points", json => json.Remove("points")),
            ("an assessable answer without factors", json => json.Remove("factors")),
        ];
        return damages.Select(damage =>
        {
            var copy = sound.DeepClone().AsObject();
            damage.Item2(copy);
            return copy;
        });
    }

    private static IEnumerable<string> Faults(JsonSchema schema, JsonObject json)
    {
        var result = schema.Evaluate(json, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return result.IsValid ? [] : result.Details.Where(detail => detail.HasErrors).Select(detail => $"{detail.InstanceLocation}: {string.Join(", ", detail.Errors!.Values)}").DefaultIfEmpty("not valid");
    }

    private static bool IsNothing(JsonNode? node) => node switch
    {
        null => true,
        JsonObject members => members.Count == 0,
        JsonArray items => items.Count == 0,
        JsonValue value => value.TryGetValue<string>(out var text) && text.Length == 0,
        _ => false,
    };
}
