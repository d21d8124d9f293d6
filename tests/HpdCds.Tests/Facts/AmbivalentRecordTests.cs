using System.Text.Json.Nodes;
using HpdCds.Tests.Cards;
using HpdCds.Tests.Laws;

namespace HpdCds.Tests.Facts;

/// <summary>Records that say two things, or say one with a doubt: nothing of it is ever read as a no.</summary>
public sealed class AmbivalentRecordTests(LawService service) : IClassFixture<LawService>
{
    private const string Base = "differing-the-example-of-the-model";
    private const string Icd = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string IcdOfGermany = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";
    private const string Snomed = "http://snomed.info/sct";
    private const string Site = "http://localhost:5080/codes";
    private const string Loinc = "http://loinc.org";

    [Theory]
    [InlineData("child-pugh", $"{Icd}|K74.60", $"{Icd}|R18.8", "6-7")]
    [InlineData("child-pugh", $"{Icd}|I85.00", $"{Snomed}|389026000", "6-7")]
    [InlineData("child-pugh", $"{Icd}|K72.90", $"{Icd}|K76.82", "6-9")]
    [InlineData("child-pugh", $"{Icd}|K74.60", $"{Icd}|K70.41", "7-7")]
    [InlineData("child-pugh", $"{Icd}|K74.60", $"{IcdOfGermany}|K72.72", "6-6")]
    [InlineData("child-pugh", $"{Icd}|K74.60", $"{IcdOfGermany}|K72.73", "7-7")]
    [InlineData("spread", $"{Icd}|C79.51", $"{Icd}|C78.00", "yes")]
    public async Task Every_coding_of_a_condition_counts_in_any_order(string factor, string one, string other, string expected)
    {
        foreach (var codes in (string[][])[[one, other], [other, one]])
        {
            var row = await FactorAsync(WithCondition(codes), factor);
            Assert.Equal(expected, row["value"] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.True ? "yes" : $"{(int)(row["range"]?["low"] ?? row["value"])!}-{(int)(row["range"]?["high"] ?? row["value"])!}");
        }
    }

    [Theory]
    [InlineData("BCLC", "B-C", "pvtt", "spread")]
    [InlineData("BCLC", "B/C", "pvtt", "spread")]
    [InlineData("BCLC", "b/c", "pvtt", "spread")]
    [InlineData("BCLC", "BCLC B → C", "pvtt", "spread")]
    [InlineData("BCLC", "BCLC stage B, progressed to C", "pvtt", "spread")]
    [InlineData("BCLC", "BCLC B?", "pvtt", "spread")]
    [InlineData("BCLC", "0-A", "pvtt", "spread")]
    [InlineData("21905-5", "T1-T4", "pvtt")]
    [InlineData("21905-5", "T2-3", "pvtt")]
    [InlineData("21905-5", "cT2 or T4", "pvtt")]
    [InlineData("21905-5", "T2/T3", "pvtt")]
    [InlineData("21905-5", "T1b (suspected T4)", "pvtt")]
    [InlineData("21905-5", "T2?", "pvtt")]
    [InlineData("21905-5", "at least T2", "pvtt")]
    [InlineData("21906-3", "N0-1", "spread")]
    [InlineData("21906-3", "N0 (N1 suspected)", "spread")]
    [InlineData("21906-3", "N0/NX", "spread")]
    [InlineData("21907-1", "M0, M1 not excluded", "spread")]
    public async Task A_stage_of_two_categories_or_with_a_doubt_is_open(string code, string text, params string[] factors)
    {
        var request = RichPatient.RequestOf(Base);
        foreach (var (axis, sure) in new[] { ("21906-3", "N0"), ("21907-1", "M0") }.Where(axis => axis.Item1 != code && factors is ["spread"]))
            Add(request, Stage(axis, sure, "2026-11-01"));
        Add(request, Stage(code, text, "2026-11-01"));
        foreach (var factor in factors)
            AssertOpen(await FactorAsync(request, factor), text, factor == "pvtt" ? "ambiguous" : null);
    }

    [Theory]
    [InlineData("BCLC", "BCLC stage B (Child-Pugh A6)", "pvtt")]
    [InlineData("BCLC", "BCLC-A4", "pvtt")]
    [InlineData("21905-5", "pT2N0M0", "pvtt")]
    public async Task A_plain_stage_is_still_a_no(string code, string text, string factor)
    {
        var request = RichPatient.RequestOf(Base);
        Add(request, Stage(code, text, "2026-11-01"));
        var row = await FactorAsync(request, factor);
        Assert.Equal("known", (string)row["state"]!);
        Assert.False((bool)row["value"]!);
    }

    [Theory]
    [InlineData("TxN1M0", "known", true)]
    [InlineData("TisN1M0", "known", true)]
    [InlineData("TaN1M0", "known", true)]
    [InlineData("T1miN1M0", "known", true)]
    [InlineData("cTXpN1cM0", "known", true)]
    [InlineData("T1miN0M0", "known", false)]
    [InlineData("T3NxM1", "unknown", null)]
    public async Task A_category_behind_one_of_letters_is_read(string text, string state, bool? isSpread)
    {
        var request = RichPatient.RequestOf(Base);
        Add(request, Stage("21908-9", text, "2026-11-01"));
        var row = await FactorAsync(request, "spread");
        Assert.Equal((state, isSpread), ((string?)row["state"], (bool?)row["value"]));
        Assert.Equal(isSpread is null ? "ambiguous" : null, (string?)row["reason"]);
    }

    [Theory]
    [InlineData("IVC", true)]
    [InlineData("Stage IVC disease", true)]
    [InlineData("IVC (8th edition)", true)]
    [InlineData("IVA", true)]
    [InlineData("IVC free", false)]
    [InlineData("T2N0M0, IVC free", false)]
    [InlineData("Tumour thrombus in the IVC", false)]
    public async Task The_vena_cava_is_no_stage_group(string text, bool isGroup)
    {
        var request = RichPatient.RequestOf(Base);
        Add(request, Stage("21908-9", text, "2026-11-01"));
        Assert.Equal(isGroup, (string?)(await FactorAsync(request, "spread"))["reason"] == "ambiguous");
    }

    [Theory]
    [InlineData("21906-3", "N1", "NX")]
    [InlineData("21906-3", "N1", "pending")]
    [InlineData("21906-3", "N1", "see report")]
    public async Task A_later_word_that_states_nothing_takes_no_yes_away(string code, string stated, string later)
    {
        var request = RichPatient.RequestOf(Base);
        Add(request, Stage(code, stated, "2026-11-01"));
        Add(request, Stage(code, later, "2026-11-10"));
        Assert.True((bool)(await FactorAsync(request, "spread"))["value"]!);
    }

    [Theory]
    [InlineData("BCLC", "BCLC C", "pending")]
    [InlineData("21905-5", "T4", "TX")]
    [InlineData("21905-5", "T2", "see report")]
    public async Task A_later_word_that_states_nothing_leaves_the_thrombus_open(string code, string stated, string later)
    {
        var request = RichPatient.RequestOf(Base);
        Add(request, Stage(code, stated, "2026-11-01"));
        Add(request, Stage(code, later, "2026-11-10"));
        AssertOpen(await FactorAsync(request, "pvtt"), later, stated == "T2" ? "not-recorded" : "ambiguous");
    }

    [Theory]
    [InlineData("A/B")]
    [InlineData("A-B")]
    [InlineData("A to B")]
    [InlineData("Class A, now C")]
    [InlineData("A?")]
    public async Task A_recorded_class_of_two_letters_settles_nothing(string text)
    {
        var request = RichPatient.RequestOf("child-pugh-class-alone");
        request["prefetch"]!["staging"]!["entry"]![0]!["resource"]!["valueString"] = text;
        AssertOpen(await FactorAsync(request, "child-pugh"), text, reason: null);
    }

    [Theory]
    [InlineData("B")]
    [InlineData("Child-Pugh B")]
    [InlineData("Child Pugh class B")]
    [InlineData("Child-Turcotte-Pugh: B8")]
    public async Task A_recorded_class_is_read_in_words(string text)
    {
        var request = RichPatient.RequestOf("child-pugh-class-alone");
        request["prefetch"]!["staging"]!["entry"]![0]!["resource"]!["valueString"] = text;
        var row = await FactorAsync(request, "child-pugh");
        Assert.Equal("known", (string)row["state"]!);
        Assert.Equal(1, (int)row["points"]!["low"]!);
    }

    [Fact]
    public async Task A_class_in_a_note_is_no_recorded_one()
    {
        var request = RichPatient.RequestOf("child-pugh-class-alone");
        var recorded = request["prefetch"]!["staging"]!["entry"]![0]!["resource"]!.AsObject();
        recorded.Remove("valueString");
        recorded["note"] = new JsonArray(new JsonObject { ["text"] = "Child-Pugh B" });
        AssertOpen(await FactorAsync(request, "child-pugh"), "a note", "not-recorded");
    }

    [Theory]
    [InlineData("1.240 ng/mL", "unknown")]
    [InlineData("1,240 ng/mL", "unknown")]
    [InlineData("1.24 ng/mL", "known")]
    [InlineData("0.850 ng/mL", "known")]
    public async Task A_number_in_words_that_may_be_a_thousand_is_not_read(string text, string state)
    {
        var request = RichPatient.RequestOf(Base);
        var afp = request["prefetch"]!["markers"]!["entry"]![0]!["resource"]!.AsObject();
        afp.Remove("valueQuantity");
        afp["valueString"] = text;
        Assert.Equal(state, (string)(await FactorAsync(request, "afp"))["state"]!);
    }

    [Fact]
    public async Task A_card_names_only_the_part_that_was_presumed()
    {
        var request = WithCondition($"{Icd}|R18.8");
        var answer = await service.AskAsync(request.ToJsonString());
        var detail = string.Concat(RichPatient.CardsOf(answer.Body).Select(card => (string)card["detail"]!));
        Assert.Contains("encephalopathy presumed absent", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("ascites/encephalopathy presumed absent", detail, StringComparison.Ordinal);
    }

    private static void AssertOpen(JsonNode row, string text, string? reason)
    {
        var isOpenYes = row["value"] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.False;
        Assert.True((string?)row["state"] == "unknown" && !isOpenYes && (reason is null || (string?)row["reason"] == reason), $"{text}: {row.ToJsonString()}");
    }

    private async Task<JsonNode> FactorAsync(JsonObject request, string factor)
    {
        var answer = await service.AskAsync(request.ToJsonString());
        Assert.Equal(200, answer.Status);
        return answer.Assessment["factors"]!.AsArray().First(row => (string)row!["id"]! == factor)!;
    }

    private static JsonObject WithCondition(params string[] codes)
    {
        var request = RichPatient.RequestOf(Base);
        var entries = request["prefetch"]!["problems"]!["entry"]!.AsArray();
        var condition = entries[0]!["resource"]!.DeepClone().AsObject();
        condition["id"] = "cond-two";
        condition["code"] = new JsonObject { ["coding"] = new JsonArray([.. codes.Select(JsonNode? (code) => Coding(code.Split('|')[0], code.Split('|')[1]))]) };
        entries.Add(new JsonObject { ["resource"] = condition, ["search"] = new JsonObject { ["mode"] = "match" } });
        request["prefetch"]!["problems"]!["total"] = entries.Count;
        return request;
    }

    private static JsonObject Stage(string code, string text, string date) => new()
    {
        ["resourceType"] = "Observation",
        ["id"] = $"stage-{code}-{date}".ToLowerInvariant(),
        ["status"] = "final",
        ["code"] = new JsonObject { ["coding"] = new JsonArray(Coding(code == "BCLC" ? Site : Loinc, code)) },
        ["subject"] = new JsonObject { ["reference"] = "Patient/pat-1" },
        ["effectiveDateTime"] = date,
        ["valueString"] = text,
    };

    private static void Add(JsonObject request, JsonObject resource)
    {
        var bundle = request["prefetch"]!["staging"]!.AsObject();
        if (bundle["entry"] is not JsonArray entries)
            bundle["entry"] = entries = [];
        entries.Add(new JsonObject { ["resource"] = resource, ["search"] = new JsonObject { ["mode"] = "match" } });
        bundle["total"] = entries.Count;
    }

    private static JsonObject Coding(string system, string code) => new JsonObject { ["system"] = system, ["code"] = code };
}
