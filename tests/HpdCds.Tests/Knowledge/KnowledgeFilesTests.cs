using System.Text;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

public sealed class KnowledgeFilesTests
{
    private const string Group = "{ \"url\": \"https://hpdcds.org/fhir/StructureDefinition/group\", \"valueString\": \"pvtt\" },";
    private const string Verified = "{ \"url\": \"https://hpdcds.org/fhir/StructureDefinition/verified\", \"valueBoolean\": true }";

    [Fact]
    public void A_mounted_folder_adds_the_codes_of_a_site()
    {
        var overlaid = KnowledgeLoader.Load(Profiles.RepositoryFolder("fhir-profiles/examples/overlay"), useUnverified: false);

        Assert.Equal("pvtt", overlaid.Codes.Observations.Find("http://localhost:5080/codes", "PVTT")?.Group);
        Assert.Equal("nlr", overlaid.Codes.Observations.Find("http://localhost:5080/codes", "NLR")?.Group);
        Assert.Equal("child-pugh-score", overlaid.Codes.Observations.Find("http://localhost:5080/codes", "CHILD-PUGH")?.Group);
        Assert.Equal("pvtt", overlaid.Codes.Liver.Find("http://localhost:5080/codes", "PVTT")?.Group);
        Assert.Equal("neutrophils-abs", overlaid.Codes.Observations.Find(CodeSystems.Loinc, "751-8")?.Group);
        Assert.Equal("tace", overlaid.Codes.Confounders.Find("http://localhost:5080/codes", "TACE")?.Group);
        Assert.Equal("adjuvant", overlaid.Codes.Intents.Find("http://localhost:5080/codes", "ADJUVANT")?.Group);
        Assert.Equal(
            ["site-confounders", "site-intents", "site-liver", "site-observations"],
            overlaid.Files.OverlayNames.Select(name => Path.GetFileNameWithoutExtension(name)));
        Assert.NotEqual(Profiles.AsShipped.Files.Hash, overlaid.Files.Hash);
    }

    [Fact]
    public void The_same_url_replaces_what_the_shipped_file_says_of_a_code()
    {
        var shipped = "https://hpdcds.org/fhir/ValueSet/liver-findings";
        var overlaid = Profiles.With(Profiles.Overlay("mine.json", Profiles.ValueSet(shipped, "liver", "http://hl7.org/fhir/sid/icd-10", "I81", "pvtt")));

        Assert.Equal("pvtt", overlaid.Codes.Liver.Find(CodeSystems.Icd10, "I81")?.Group);
        Assert.Equal("ascites", overlaid.Codes.Liver.Find(CodeSystems.Icd10, "R18.8")?.Group);
    }

    [Fact]
    public void The_same_url_with_verified_false_switches_a_shipped_code_off()
    {
        var shipped = "https://hpdcds.org/fhir/ValueSet/liver-findings";
        var overlaid = Profiles.With(Profiles.Overlay("mine.json", Profiles.ValueSet(shipped, "liver", CodeSystems.Icd10, "I81", "portal-vein-thrombosis", verified: false)));

        Assert.Null(overlaid.Codes.Liver.Find(CodeSystems.Icd10, "I81"));
    }

    [Fact]
    public void Any_other_file_replaces_its_namesake_whole()
    {
        var drugs = Profiles.TextOf("drugs.json").Replace("\"Tyvyt\"", "\"Housebrand\"", StringComparison.Ordinal);
        var overlaid = Profiles.With(Profiles.Overlay("drugs.json", drugs));

        Assert.Equal("sintilimab", Assert.Single(overlaid.Drugs.MatchText("Housebrand 200 mg")).Inn);
        Assert.Empty(overlaid.Drugs.MatchText("Tyvyt 200 mg"));
    }

    [Fact]
    public void The_hash_depends_on_names_and_bytes_and_not_on_order()
    {
        var shipped = KnowledgeFiles.Shipped().ToArray();
        var again = Profiles.LoadFrom(shipped.Reverse());
        var renamed = Profiles.With(Profiles.Overlay("a.json", Profiles.ValueSet()));
        var renamedAgain = Profiles.With(Profiles.Overlay("b.json", Profiles.ValueSet()));

        Assert.Matches("^sha256:[0-9a-f]{64}$", Profiles.AsShipped.Files.Hash);
        Assert.Equal(Profiles.AsShipped.Files.Hash, again.Files.Hash);
        Assert.Equal(4, new[] { again, renamed, renamedAgain, Profiles.WithUnverified }.Select(knowledge => knowledge.Files.Hash).Distinct().Count());
    }

    [Theory]
    [InlineData("is not valid JSON", "{ \"resourceType\": ")]
    [InlineData("is not valid JSON", "{ \"resourceType\": \"ValueSet\", \"url\": \"a\", \"url\": \"b\" }")]
    [InlineData("is not a JSON object", "[]")]
    [InlineData("would have no effect", "{ \"drugs\": [] }")]
    [InlineData("has no url", "{ \"resourceType\": \"ValueSet\" }")]
    public void A_file_that_is_no_knowledge_is_refused_by_name(string fault, string content) =>
        AssertRefused("overlay/broken.json", fault, Profiles.Overlay("broken.json", content));

    [Theory]
    [InlineData("has no copyright", "\"copyright\": \"The site's own codes.\",", "")]
    [InlineData("has no known code-set", "\"liver\"", "\"livers\"")]
    [InlineData("has no known code-set", "valueCode", "valueString")]
    [InlineData("concept T1 has no group", Group, "")]
    [InlineData("concept T1 has no group", "\"pvtt\"", "\" \"")]
    [InlineData("does not say whether it is verified", Verified, "{ \"url\": \"other\" }")]
    [InlineData("a match that is not 'prefix'", Verified, Verified + ", { \"url\": \"https://hpdcds.org/fhir/StructureDefinition/match\", \"valueCode\": \"below\" }")]
    [InlineData("without a system", "\"system\": \"http://site.example/codes\",", "")]
    [InlineData("without a code", "\"code\": \"T1\",", "")]
    [InlineData("must list its concepts", "\"system\":", "\"filter\": [], \"system\":")]
    [InlineData("must list its concepts", "\"concept\":", "\"concepts\":")]
    [InlineData("must list its concepts", "\"include\":", "\"exclude\":")]
    public void A_broken_value_set_is_refused_by_name(string fault, string from, string to)
    {
        var broken = Profiles.ValueSet().Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Profiles.ValueSet(), broken);
        AssertRefused("overlay/valuesets/site.json", fault, Profiles.Overlay("valuesets/site.json", broken));
    }

    [Fact]
    public void One_code_in_two_groups_is_refused_and_both_files_are_named()
    {
        var error = AssertRefused("overlay/site.json", "valuesets/liver-findings.json", Profiles.Overlay("site.json", Profiles.ValueSet(system: CodeSystems.Icd10, code: "I81")));
        Assert.Contains("I81", error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_url_that_feeds_two_sets_is_refused() =>
        AssertRefused("overlay/site.json", "feeds cancers", Profiles.Overlay("site.json", Profiles.ValueSet("https://hpdcds.org/fhir/ValueSet/liver-findings", "cancers")));

    [Fact]
    public void A_code_of_a_drug_that_the_drug_table_does_not_know_is_refused() =>
        AssertRefused("drugs.json", "novelimab", Profiles.Overlay("site.json", Profiles.ValueSet(set: "inhibitors", group: "nivolumab+novelimab")));

    [Theory]
    [InlineData("units.json", "is not above 0", "17.104", "0")]
    [InlineData("units.json", "is not above 0", "\"[IU]/mL\": { \"factor\": 1.21, \"alternative\": 1.28", "\"[IU]/mL\": { \"factor\": 1.21, \"alternative\": -1")]
    [InlineData("units.json", "furlong is not among the units", "\"nkat/L\": 0.06", "\"furlong\": 0.06")]
    [InlineData("units.json", "fathom is not among the units", "\"cm\": [\"CM\"", "\"fathom\": [\"CM\"")]
    [InlineData("units.json", "needs the factor 1", "\"canonical\": \"mm\"", "\"canonical\": \"cm\"")]
    [InlineData("units.json", "is spelled twice", "\"g/dl\", \"G/DL\"", "\"g/dl\", \"g/dl\"")]
    [InlineData("units.json", "JSON", "\"acceptsNoUnit\"", "\"acceptsNothing\"")]
    [InlineData("drugs.json", "JSON", "\"PD-L1\"", "\"PD-9\"")]
    [InlineData("drugs.json", "JSON", "\"inhibitor\"", "\"antibiotic\"")]
    [InlineData("drugs.json", "nivolumab is listed twice", "\"inn\": \"pembrolizumab\"", "\"inn\": \"nivolumab\"")]
    [InlineData("drugs.json", "lacks its INN", "\"targets\": [\"LAG-3\"]", "\"targets\": []")]
    public void A_broken_table_is_refused_by_name(string file, string fault, string from, string to)
    {
        var shipped = Profiles.TextOf(file);
        var broken = shipped.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(shipped, broken);
        AssertRefused("overlay/" + file, fault, Profiles.Overlay(file, broken));
    }

    [Theory]
    [InlineData("drugs.json")]
    [InlineData("units.json")]
    public void A_missing_table_is_refused_by_name(string file)
    {
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.LoadFrom(KnowledgeFiles.Shipped().Where(shipped => shipped.Name != file)));
        Assert.Contains($"{file}: is missing", refused.Errors);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.With(
            Profiles.Overlay("a.json", "{"),
            Profiles.Overlay("b.json", Profiles.ValueSet(set: "none")),
            Profiles.Overlay("units.json", "{}")));

        Assert.Equal(["overlay/a.json", "overlay/b.json", "overlay/units.json"], refused.Errors.Select(error => error.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.All(refused.Errors, error => Assert.Contains(error, refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void An_overlay_folder_that_does_not_exist_is_refused()
    {
        var refused = Assert.Throws<KnowledgeException>(() => KnowledgeLoader.Load("/no/such/folder", useUnverified: false));
        Assert.Contains("/no/such/folder", Assert.Single(refused.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hidden_copies_of_a_kubernetes_mount_are_not_read_twice()
    {
        var folder = Directory.CreateTempSubdirectory("hpdcds-overlay");
        try
        {
            var hidden = folder.CreateSubdirectory("..data");
            var content = Encoding.UTF8.GetBytes(Profiles.ValueSet());
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "site.json"), content, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(hidden.FullName, "site.json"), content, TestContext.Current.CancellationToken);

            Assert.Equal(["overlay/site.json"], KnowledgeLoader.Load(folder.FullName, useUnverified: false).Files.OverlayNames);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string AssertRefused(string file, string fault, KnowledgeFile broken)
    {
        var refused = Assert.Throws<KnowledgeException>(() => Profiles.With(broken));
        var error = Assert.Single(refused.Errors, error => error.StartsWith(file + ": ", StringComparison.Ordinal));
        Assert.Contains(fault, error, StringComparison.Ordinal);
        return error;
    }
}
