using System.Text;
using System.Text.Json.Nodes;
using HpdCds.Tests.Cases;

namespace HpdCds.Tests.Explain;

/// <summary>What <c>explain</c> says of a resource is what the reader of its fact did with it: one resource beside a full chart.</summary>
public sealed class ReaderFateTests : ExplainingTests
{
    private const string Base = "none-all-known-and-below";
    private const string IcdCm = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";

    [Theory]
    [InlineData("Portal vein tumour thrombus", "used", "pvtt", "text")]
    [InlineData("Ascites", "used", "ascites", "text")]
    [InlineData("No portal vein tumour thrombus", "unusable", "pvtt", "denied-in-words")]
    [InlineData("Knee pain", "other-code", null, null)]
    public Task A_condition_that_was_read_by_its_words_is_no_other_code(string words, string fate, string? fact, string? why) =>
        AssertFateAsync("problems", Condition(new JsonObject { ["text"] = words }, "active"), fate, fact, why);

    [Fact]
    public Task A_report_that_names_a_thrombus_in_words_is_used() => AssertFateAsync(
        "staging",
        Resource("Observation", "final", new JsonObject
        {
            ["code"] = Coded("http://loinc.org", "21908-9"),
            ["effectiveDateTime"] = "2026-11-20",
            ["valueString"] = "Tumour thrombus in the portal vein",
        }),
        "used",
        "pvtt",
        "text");

    [Theory]
    [InlineData("A41.9", "active", "used", "infection", null)]
    [InlineData("A41.9", "resolved", "unusable", "infection", "resolved")]
    [InlineData("C34.9", "remission", "unusable", "tumour", "remission")]
    [InlineData("C34.9", "active", "used", "tumour", null)]
    [InlineData("C79.5", "active", "unusable", "sites", "not-in-model")]
    [InlineData("C78.0", "active", "used", "spread", null)]
    [InlineData("R18.8", "resolved", "unusable", "ascites", "resolved")]
    [InlineData("I81", "active", "used", "pvtt", "ambiguous")]
    public Task A_condition_says_what_its_reader_did_with_it(string code, string clinicalStatus, string fate, string fact, string? why) =>
        AssertFateAsync("problems", Condition(Coded(IcdCm, code), clinicalStatus), fate, fact, why);

    [Fact]
    public Task A_decompensated_cirrhosis_is_used_against_a_presumption() =>
        AssertFateAsync("problems", Condition(Coded("http://snomed.info/sct", "716203000"), "active"), "used", "ascites", "ambiguous");

    [Fact]
    public Task A_condition_that_was_entered_in_error_is_no_evidence() =>
        AssertFateAsync("problems", Condition(Coded(IcdCm, "C78.0"), "active", "entered-in-error"), "not-evidence", null, "entered-in-error");

    [Theory]
    [InlineData("completed", "2026-11-01", "used", null)]
    [InlineData("completed", "2026-09-25", "unusable", "too-old")]
    [InlineData("completed", "2026-11-23", "unusable", "after-the-sample")]
    [InlineData("not-done", "2026-11-01", "unusable", "not-done")]
    public Task A_chemoembolisation_counts_only_inside_its_window_before_the_sample(string status, string date, string fate, string? why) => AssertFateAsync(
        "procedures",
        Resource("Procedure", status, new JsonObject { ["code"] = new JsonObject { ["text"] = "TACE" }, ["performedDateTime"] = date }),
        fate,
        "tace",
        why);

    [Theory]
    [InlineData("dexamethasone", "active", "2026-11-10", "used", "corticosteroid", null)]
    [InlineData("dexamethasone", "cancelled", "2026-11-10", "not-evidence", null, "cancelled")]
    [InlineData("dexamethasone", "active", "2026-12-10", "unusable", "corticosteroid", "after-the-sample")]
    [InlineData("dexamethasone", "completed", "2026-09-01", "unusable", "corticosteroid", "too-old")]
    [InlineData("利伐沙班片", "active", "2026-11-10", "used", "anticoagulant", null)]
    [InlineData("warfarin", "completed", "2026-11-10", "unusable", "anticoagulant", "not-active")]
    [InlineData("bevacizumab", "active", "2026-11-10", "used", "regimen", null)]
    [InlineData("sorafenib", "completed", "2026-01-10", "used", "prior-therapy", null)]
    [InlineData("paracetamol", "active", "2026-11-10", "other-code", null, null)]
    public Task An_order_says_what_its_reader_did_with_it(string drug, string status, string authored, string fate, string? fact, string? why) => AssertFateAsync(
        "medications",
        Resource("MedicationRequest", status, new JsonObject { ["intent"] = "order", ["medicationCodeableConcept"] = new JsonObject { ["text"] = drug }, ["authoredOn"] = authored }),
        fate,
        fact,
        why);

    [Theory]
    [InlineData("not-done", "not-evidence", null, "not-done")]
    [InlineData("completed", "used", "exposure", null)]
    public Task An_infusion_that_was_not_done_is_no_exposure(string status, string fate, string? fact, string? why) => AssertFateAsync(
        "administrations",
        Resource("MedicationAdministration", status, new JsonObject { ["medicationCodeableConcept"] = Coded(RxNorm, "1547545"), ["effectiveDateTime"] = "2026-10-01" }),
        fate,
        fact,
        why);

    [Theory]
    [InlineData("21905-5", "T2", "used", "pvtt", null)]
    [InlineData("21905-5", "TX", "unusable", null, "says-nothing")]
    [InlineData("21906-3", "N0", "used", "spread", null)]
    [InlineData("21906-3", "N1", "used", "spread", null)]
    public Task A_stage_says_what_its_reader_did_with_it(string code, string category, string fate, string? fact, string? why) =>
        AssertFateAsync("staging", Stage("probe", code, category, "2026-11-20"), fate, fact, why);

    [Fact]
    public Task A_stage_behind_a_newer_one_is_superseded() => AssertFateAsync(
        "staging", Stage("probe", "21906-3", "N0", "2026-10-20"), "superseded", "stage", null, Stage("newer", "21906-3", "N1", "2026-11-20"));

    [Fact]
    public Task A_value_before_a_cut_off_page_is_not_called_superseded_or_unknown() => AssertFateAsync(
        "markers",
        Resource("Observation", "final", new JsonObject
        {
            ["code"] = Coded("http://loinc.org", "1834-1"),
            ["effectiveDateTime"] = "2026-11-20",
            ["valueQuantity"] = new JsonObject { ["value"] = 20, ["unit"] = "ng/mL", ["system"] = "http://unitsofmeasure.org", ["code"] = "ng/mL" },
        }),
        "unusable",
        "afp",
        "truncated",
        edit: bundle => bundle["total"] = 400);

    [Theory]
    [InlineData("nlr-from-white-cells-times-percent", "6690-2")]
    [InlineData("nlr-from-segmented-and-bands", "26507-4")]
    public async Task What_a_ratio_was_worked_out_from_is_used(string golden, string code)
    {
        var request = JsonNode.Parse(GoldenCase.Named(golden).Request)!;
        var part = request["prefetch"]!["cbc"]!["entry"]!.AsArray().Select(entry => entry!["resource"]!).First(resource => (string?)resource["code"]!["coding"]![0]!["code"] == code);

        var told = await FatesAsync(request, "Observation/" + (string?)part["id"]);

        Assert.Equal([("used", "nlr", null)], told);
    }

    [Theory]
    [InlineData("genomics-gain-with-present-is-amplified", "used", "amp-mdm2")]
    [InlineData("genomics-gain-without-a-call-never-fires", "unusable", null)]
    [InlineData("genomics-region-studied-presumes-absence", "used", "amp-mdm2")]
    [InlineData("genomics-report-in-words-is-unknown", "unusable", null)]
    public async Task A_genomic_record_says_what_its_reader_did_with_it(string golden, string fate, string? fact)
    {
        var request = JsonNode.Parse(GoldenCase.Named(golden).Request)!;
        var first = request["prefetch"]!["genomics"]!["entry"]![0]!["resource"]!;

        var told = await FatesAsync(request, "Observation/" + (string?)first["id"]);

        Assert.Contains(told, one => one.Fate == fate && one.Fact == fact);
        Assert.DoesNotContain(told, one => one.Fate == "other-code");
    }

    [Fact]
    public async Task A_negative_that_does_not_settle_a_fact_alone_is_not_enough()
    {
        var request = JsonNode.Parse(GoldenCase.Named("staging-n0-alone-is-not-enough").Request)!;
        var nodes = request["prefetch"]!["staging"]!["entry"]![0]!["resource"]!;

        Assert.Equal([("unusable", "spread", "not-enough")], await FatesAsync(request, "Observation/" + (string?)nodes["id"]));
    }

    [Fact]
    public async Task The_patient_is_told_of_like_every_resource()
    {
        var request = JsonNode.Parse(GoldenCase.Named(Base).Request)!;
        Assert.Equal([("used", "sex", null), ("used", "age", null)], await FatesAsync(request, "Patient/pat-1"));

        request["prefetch"]!["patient"]!.AsObject().Remove("birthDate");
        Assert.Equal([("used", "sex", null), ("unusable", "age", "not-recorded")], await FatesAsync(request, "Patient/pat-1"));
    }

    [Fact]
    public async Task A_refuted_organ_has_no_part_in_how_many_there_are()
    {
        var request = Solid();
        Add(request, "problems", Condition(Coded(IcdCm, "C78.7"), "active", "refuted"));
        var bone = Condition(Coded(IcdCm, "C79.51"), "active");
        bone["id"] = "bone";
        Add(request, "problems", bone);
        Add(request, "staging", Stage("m0", "21907-1", "M0", "2026-11-20"));

        Assert.Equal([("used", "liver-metastasis", null)], await FatesAsync(request, "Condition/probe"));
        Assert.Equal([("superseded", "sites", "outweighed")], await FatesAsync(request, "Condition/bone"));
        Assert.Contains(("used", "sites", null), await FatesAsync(request, "Observation/m0"));
    }

    [Fact]
    public async Task A_fact_that_the_model_does_not_have_is_told_only_of_what_says_nothing_else()
    {
        var request = Solid();
        Add(request, "problems", Condition(new JsonObject { ["text"] = "Portal vein tumour thrombus" }, "active"));
        Add(request, "staging", Stage("m0", "21907-1", "M0", "2026-11-20"));

        Assert.Equal([("unusable", "pvtt", "not-in-model")], await FatesAsync(request, "Condition/probe"));
        Assert.DoesNotContain(await FatesAsync(request, "Observation/m0"), told => told.Fact == "spread");
    }

    private static JsonNode Solid() => JsonNode.Parse(GoldenCase.Named("solid-several-factors").Request)!;

    [Fact]
    public async Task The_cancer_that_the_order_does_not_name_is_superseded()
    {
        var request = JsonNode.Parse(GoldenCase.Named(Base).Request)!;
        request["context"]!["draftOrders"]!["entry"]![0]!["resource"]!["reasonReference"] = new JsonArray(new JsonObject { ["reference"] = "Condition/cond-hcc" });
        Add(request, "problems", Condition(Coded(IcdCm, "C34.9"), "active"));

        Assert.Equal([("superseded", "tumour", "order-reason")], await FatesAsync(request, "Condition/probe"));
        Assert.Equal([("used", "tumour", null)], await FatesAsync(request, "Condition/cond-hcc"));
    }

    private async Task AssertFateAsync(string key, JsonObject resource, string fate, string? fact, string? why, JsonObject? beside = null, Action<JsonNode>? edit = null)
    {
        var request = JsonNode.Parse(GoldenCase.Named(Base).Request)!;
        var reference = $"{(string?)resource["resourceType"]}/probe";
        if (beside is not null)
            Add(request, key, beside);
        Add(request, key, resource);
        edit?.Invoke(request["prefetch"]![key]!);

        var told = await FatesAsync(request, reference);

        Assert.Contains((fate, fact, why), told);
        Assert.DoesNotContain(told, one => one.Fate == "used" && one.Fact == fact && fate != "used");
        Assert.DoesNotContain(told, one => one.Fate == "other-code" && fate != "other-code");
    }

    private async Task<(string? Fate, string? Fact, string? Why)[]> FatesAsync(JsonNode request, string reference)
    {
        var explanation = await Explainer.ExplainAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), [], CaseServers.AsOf, TestContext.Current.CancellationToken);
        return [.. explanation.Json["resources"]!.AsArray()
            .Where(resource => (string?)resource!["reference"] == reference)
            .Select(resource => ((string?)resource!["fate"], (string?)resource["fact"], (string?)resource["why"]))];
    }

    private static void Add(JsonNode request, string key, JsonObject resource)
    {
        var bundle = request["prefetch"]![key] ??= new JsonObject { ["resourceType"] = "Bundle", ["type"] = "searchset", ["entry"] = new JsonArray() };
        bundle.AsObject().Remove("total");
        if (bundle["entry"] is null)
            bundle["entry"] = new JsonArray();
        bundle["entry"]!.AsArray().Add(new JsonObject { ["resource"] = resource, ["search"] = new JsonObject { ["mode"] = "match" } });
    }

    private static JsonObject Condition(JsonObject code, string clinicalStatus, string verificationStatus = "confirmed") => Resource("Condition", status: null, new JsonObject
    {
        ["code"] = code,
        ["clinicalStatus"] = Coded("http://terminology.hl7.org/CodeSystem/condition-clinical", clinicalStatus),
        ["verificationStatus"] = Coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", verificationStatus),
        ["recordedDate"] = "2026-10-02",
    });

    private static JsonObject Stage(string id, string code, string category, string date)
    {
        var stage = Resource("Observation", "final", new JsonObject { ["code"] = Coded("http://loinc.org", code), ["effectiveDateTime"] = date, ["valueString"] = category });
        stage["id"] = id;
        return stage;
    }

    private static JsonObject Coded(string system, string code) => new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };

    private static JsonObject Resource(string type, string? status, JsonObject members)
    {
        members["resourceType"] = type;
        members["id"] = "probe";
        if (status is not null)
            members["status"] = status;
        members["subject"] = new JsonObject { ["reference"] = "Patient/pat-1" };
        return members;
    }
}
