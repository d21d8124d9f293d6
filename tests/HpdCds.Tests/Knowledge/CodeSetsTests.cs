using System.Text.Json;
using HpdCds.Chart;
using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

public sealed class CodeSetsTests
{
    private const string RxNormExtension = "urn:ohdsi:rxnorm-extension";
    private const string IcdO = "http://terminology.hl7.org/CodeSystem/icd-o-3";
    private const string Icd10Cm = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string Icd10Gm = "http://fhir.de/CodeSystem/bfarm/icd-10-gm";

    private static CodeSets Codes => Profiles.AsShipped.Codes;

    [Theory]
    [InlineData("observations-laboratory", 91, 6)]
    [InlineData("observations-scores", 22, 0)]
    [InlineData("observations-scores-snomed", 13, 0)]
    [InlineData("answers", 14, 0)]
    [InlineData("answers-snomed", 54, 0)]
    [InlineData("severities", 3, 0)]
    [InlineData("severities-snomed", 3, 0)]
    [InlineData("cancers", 38, 2)]
    [InlineData("cancers-other-solid", 59, 0)]
    [InlineData("cancers-snomed", 44, 0)]
    [InlineData("metastases", 30, 0)]
    [InlineData("metastases-snomed", 9, 0)]
    [InlineData("liver-findings", 35, 1)]
    [InlineData("liver-findings-snomed", 18, 0)]
    [InlineData("inhibitors", 73, 1)]
    [InlineData("inhibitors-hcpcs", 15, 5)]
    [InlineData("inhibitors-snomed", 2, 1)]
    [InlineData("partners", 38, 0)]
    [InlineData("partners-hcpcs", 5, 4)]
    [InlineData("anticoagulants", 42, 0)]
    [InlineData("answers-sequence-ontology", 4, 0)]
    [InlineData("antineoplastics", 1, 0)]
    [InlineData("confounders-snomed", 7, 5)]
    [InlineData("confounders", 38, 8)]
    [InlineData("genes", 15, 0)]
    [InlineData("intents-snomed", 2, 0)]
    [InlineData("observations-genomics", 14, 0)]
    public void Every_row_of_the_terminology_is_carried(string file, int rows, int unverified)
    {
        using var document = JsonDocument.Parse(Profiles.TextOf($"valuesets/{file}.json"));
        var concepts = document.RootElement.GetProperty("compose").GetProperty("include").EnumerateArray()
            .SelectMany(include => include.GetProperty("concept").EnumerateArray())
            .ToArray();
        Assert.Equal(rows, concepts.Length);
        Assert.Equal(unverified, concepts.Count(concept => concept.GetProperty("extension").EnumerateArray()
            .Any(extension => extension.TryGetProperty("valueBoolean", out var verified) && !verified.GetBoolean())));
    }

    [Theory]
    [InlineData(CodeSystems.Loinc, "751-8", "neutrophils-abs")]
    [InlineData(CodeSystems.Loinc, "26474-7", "lymphocytes-abs")]
    [InlineData(CodeSystems.Loinc, "71676-1", "neutrophils-fraction")]
    [InlineData(CodeSystems.Loinc, "2532-0", "ldh")]
    [InlineData(CodeSystems.Loinc, "1834-1", "afp-mass")]
    [InlineData(CodeSystems.Loinc, "53961-9", "afp-units")]
    [InlineData(CodeSystems.Loinc, "35194-0", "bilirubin-total-any")]
    [InlineData(CodeSystems.Loinc, "89247-1", "ecog")]
    [InlineData(CodeSystems.Loinc, "89262-0", "ecog")]
    [InlineData(CodeSystems.Loinc, "89243-0", "karnofsky")]
    [InlineData(CodeSystems.Loinc, "98153-0", "child-pugh")]
    [InlineData(CodeSystems.Loinc, "21900-6", "tnm-n-pathological")]
    [InlineData(CodeSystems.Snomed, "423740007", "ecog")]
    public void Observations_are_grouped_by_what_they_measure(string system, string code, string group) =>
        Assert.Equal(group, Codes.Observations.Find(system, code)?.Group);

    [Theory]
    [InlineData(CodeSystems.Loinc, "LA9633-4", "present")]
    [InlineData(CodeSystems.Loinc, "LA9634-2", "absent")]
    [InlineData(CodeSystems.Snomed, "52101004", "present")]
    [InlineData(CodeSystems.Snomed, "2667000", "absent")]
    [InlineData(CodeSystems.Loinc, "LA9622-7", "ecog-0")]
    [InlineData(CodeSystems.Loinc, "LA9623-5", "ecog-1")]
    [InlineData(CodeSystems.Loinc, "LA9624-3", "ecog-2")]
    [InlineData(CodeSystems.Loinc, "LA9625-0", "ecog-3")]
    [InlineData(CodeSystems.Loinc, "LA9626-8", "ecog-4")]
    [InlineData(CodeSystems.Loinc, "LA9627-6", "ecog-5")]
    [InlineData(CodeSystems.Snomed, "425389002", "ecog-0")]
    [InlineData(CodeSystems.Snomed, "422512005", "ecog-1")]
    [InlineData(CodeSystems.Snomed, "422894000", "ecog-2")]
    [InlineData(CodeSystems.Snomed, "423053003", "ecog-3")]
    [InlineData(CodeSystems.Snomed, "423237006", "ecog-4")]
    [InlineData(CodeSystems.Snomed, "423409001", "ecog-5")]
    public void Answers_say_one_thing_in_both_systems(string system, string code, string group) =>
        Assert.Equal(group, Codes.Answers.Find(system, code)?.Group);

    [Theory]
    [InlineData(CodeSystems.Snomed, "255604002", "mild")]
    [InlineData(CodeSystems.Snomed, "6736007", "moderate")]
    [InlineData(CodeSystems.Snomed, "24484000", "severe")]
    [InlineData(CodeSystems.Loinc, "LA6751-7", "moderate")]
    public void Severities_are_read(string system, string code, string group) =>
        Assert.Equal(group, Codes.Severities.Find(system, code)?.Group);

    [Theory]
    [InlineData(Icd10Cm, "C22.0", "hcc")]
    [InlineData(CodeSystems.Icd10, "C22.0", "hcc")]
    [InlineData(Icd10Gm, "C22.0", "hcc")]
    [InlineData(Icd10Cm, "C22.1", "cholangiocarcinoma")]
    [InlineData(Icd10Cm, "C22.4", "liver-primary")]
    [InlineData(Icd10Cm, "C22.7", "liver-primary")]
    [InlineData(Icd10Cm, "C22.9", "liver-malignant")]
    [InlineData(Icd10Cm, "C34.90", "nsclc-or-lung")]
    [InlineData(Icd10Gm, "C34.1", "nsclc-or-lung")]
    [InlineData(Icd10Cm, "C16.0", "gastric")]
    [InlineData(Icd10Cm, "C43.59", "melanoma")]
    [InlineData(Icd10Cm, "C64.2", "rcc")]
    [InlineData(Icd10Cm, "C67.9", "urothelial")]
    [InlineData(Icd10Cm, "C15.5", "esophagus")]
    [InlineData(Icd10Cm, "C19", "colorectal")]
    [InlineData(Icd10Cm, "C50.919", "breast")]
    [InlineData(Icd10Cm, "C80.1", "any-malignancy")]
    [InlineData(Icd10Cm, "C81.90", "haematological")]
    [InlineData(Icd10Cm, "C83.3", "haematological")]
    [InlineData(Icd10Cm, "C96.9", "haematological")]
    [InlineData(CodeSystems.Snomed, "109841003", "hcc")]
    [InlineData(CodeSystems.Snomed, "1186612004", "hcc-metastatic")]
    [InlineData(CodeSystems.Snomed, "25370001", "hcc-morphology")]
    [InlineData(IcdO, "8170/3", "hcc-morphology")]
    public void Cancers_match_by_stem_in_every_national_edition(string system, string code, string group) =>
        Assert.Equal(group, Codes.Cancers.Find(system, code)?.Group);

    [Theory]
    [InlineData("C22")]
    [InlineData("C77.0")]
    [InlineData("C79.9")]
    [InlineData("C80.0")]
    [InlineData("D37.6")]
    [InlineData("Z85.05")]
    public void What_is_not_a_primary_cancer_is_none(string code) => Assert.Null(Codes.Cancers.Find(Icd10Cm, code));

    [Theory]
    [InlineData(Icd10Cm, "C77.2", "lymph-node", "C77")]
    [InlineData(Icd10Cm, "C77.9", "lymph-node", "C77.9")]
    [InlineData(Icd10Cm, "C78.00", "lung", "C78.0")]
    [InlineData(Icd10Gm, "C78.0", "lung", "C78.0")]
    [InlineData(Icd10Cm, "C78.2", "pleura", "C78.2")]
    [InlineData(Icd10Cm, "C78.6", "peritoneum", "C78.6")]
    [InlineData(Icd10Cm, "C78.7", "liver", "C78.7")]
    [InlineData(Icd10Cm, "C79.31", "brain", "C79.3")]
    [InlineData(Icd10Cm, "C79.51", "bone", "C79.5")]
    [InlineData(Icd10Cm, "C79.72", "adrenal", "C79.7")]
    [InlineData(Icd10Cm, "C79.9", "any", "C79.9")]
    [InlineData(Icd10Cm, "C80.0", "any", "C80.0")]
    [InlineData(Icd10Cm, "C7B.02", "liver-carcinoid", "C7B.02")]
    [InlineData(CodeSystems.Snomed, "128462008", "any", "128462008")]
    [InlineData(CodeSystems.Snomed, "94392001", "lymph-node", "94392001")]
    public void Metastases_are_grouped_by_organ_and_keep_the_code_that_matched(string system, string code, string group, string entry)
    {
        var found = Codes.Metastases.Find(system, code);
        Assert.Equal((group, entry), (found?.Group, found?.Code));
    }

    [Theory]
    [InlineData(Icd10Cm, "R18.8", "ascites")]
    [InlineData(Icd10Gm, "R18", "ascites")]
    [InlineData(Icd10Cm, "K70.31", "ascites")]
    [InlineData(Icd10Cm, "K76.82", "encephalopathy")]
    [InlineData(Icd10Cm, "K72.91", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "K70.41", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "K71.11", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "K72.01", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B15.0", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B16.0", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B16.2", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B17.11", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B19.0", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B19.11", "encephalopathy-coma")]
    [InlineData(Icd10Cm, "B19.21", "encephalopathy-coma")]
    [InlineData(Icd10Gm, "K72.7", "encephalopathy")]
    [InlineData(Icd10Gm, "K72.71", "encephalopathy-mild")]
    [InlineData(Icd10Gm, "K72.72", "encephalopathy-mild")]
    [InlineData(Icd10Gm, "K72.73", "encephalopathy-coma")]
    [InlineData(Icd10Gm, "K72.74", "encephalopathy-coma")]
    [InlineData(Icd10Gm, "K72.79", "encephalopathy")]
    [InlineData(Icd10Cm, "I81", "portal-vein-thrombosis")]
    [InlineData(CodeSystems.Snomed, "17920008", "portal-vein-thrombosis")]
    [InlineData(CodeSystems.Snomed, "389026000", "ascites")]
    public void Liver_findings_are_read(string system, string code, string group) =>
        Assert.Equal(group, Codes.Liver.Find(system, code)?.Group);

    [Fact]
    public void No_shipped_code_says_tumour_thrombus()
    {
        Assert.Empty(Codes.Liver.CodesOf("pvtt"));
        Assert.Empty(Codes.Observations.CodesOf("pvtt"));
    }

    [Theory]
    [InlineData(CodeSystems.RxNorm, "1597876", "nivolumab")]
    [InlineData(CodeSystems.RxNorm, "2596778", "nivolumab+relatlimab")]
    [InlineData(CodeSystems.RxNorm, "1792780", "atezolizumab")]
    [InlineData(RxNormExtension, "OMOP5171084", "camrelizumab")]
    [InlineData(CodeSystems.Atc, "L01FF01", "nivolumab")]
    [InlineData("http://fhir.de/CodeSystem/bfarm/atc", "L01FF05", "atezolizumab")]
    [InlineData(CodeSystems.Atc, "L01FF", "pd-1-or-pd-l1-inhibitor")]
    [InlineData(CodeSystems.Atc, "L01FF99", "pd-1-or-pd-l1-inhibitor")]
    [InlineData(CodeSystems.Atc, "L01FX04", "ipilimumab")]
    [InlineData(CodeSystems.Atc, "L01FY03", "prolgolimab+nurulimab")]
    [InlineData(CodeSystems.Hcpcs, "J9299", "nivolumab")]
    [InlineData(CodeSystems.Hcpcs, "J9347", "tremelimumab")]
    [InlineData(CodeSystems.Snomed, "716125002", "pembrolizumab")]
    public void Inhibitors_match_by_ingredient_product_and_class(string system, string code, string group) =>
        Assert.Equal(group, Codes.Inhibitors.Find(system, code)?.Group);

    [Theory]
    [InlineData(CodeSystems.Atc, "L01FG01", "bevacizumab")]
    [InlineData(CodeSystems.Atc, "L01FG07", "anti-vegf-antibody")]
    [InlineData(CodeSystems.Atc, "L01EK05", "rivoceranib")]
    [InlineData(CodeSystems.RxNorm, "1604345", "lenvatinib")]
    public void Partners_match_by_ingredient_product_and_class(string system, string code, string group) =>
        Assert.Equal(group, Codes.Partners.Find(system, code)?.Group);

    [Theory]
    [InlineData(CodeSystems.Atc, "B01AA03", "warfarin")]
    [InlineData(CodeSystems.Atc, "B01AA04", "vitamin-k-antagonist")]
    [InlineData(CodeSystems.Atc, "B01AE07", "dabigatran")]
    [InlineData(CodeSystems.Atc, "B01AF02", "apixaban")]
    [InlineData(CodeSystems.Atc, "B01AF51", "factor-xa-inhibitor")]
    [InlineData(CodeSystems.RxNorm, "11289", "warfarin")]
    [InlineData(CodeSystems.RxNorm, "1037042", "dabigatran")]
    [InlineData(CodeSystems.RxNorm, "1037045", "dabigatran")]
    [InlineData(CodeSystems.RxNorm, "1114195", "rivaroxaban")]
    [InlineData(CodeSystems.RxNorm, "1364445", "apixaban")]
    [InlineData(CodeSystems.RxNorm, "1599538", "edoxaban")]
    public void Anticoagulants_match_by_ingredient_product_and_class(string system, string code, string group) =>
        Assert.Equal(group, Codes.Anticoagulants.Find(system, code)?.Group);

    [Theory]
    [InlineData(CodeSystems.Atc, "B01AB05")]
    [InlineData(CodeSystems.Atc, "B01AC06")]
    public void Heparin_and_platelet_inhibitors_leave_the_inr_alone(string system, string code) =>
        Assert.Null(Codes.Anticoagulants.Find(system, code));

    [Theory]
    [InlineData(CodeSystems.Loinc, "75622-1")]
    [InlineData(CodeSystems.Loinc, "31993-9")]
    [InlineData(CodeSystems.Loinc, "1833-3")]
    [InlineData(CodeSystems.Loinc, "15330-4")]
    [InlineData(CodeSystems.Loinc, "20450-3")]
    [InlineData(CodeSystems.Loinc, "77137-6")]
    [InlineData(CodeSystems.Loinc, "85337-4")]
    [InlineData(CodeSystems.Loinc, "81252-9")]
    [InlineData(CodeSystems.Loinc, "85147-7")]
    [InlineData(CodeSystems.Loinc, "85148-5")]
    [InlineData(CodeSystems.Snomed, "703974001")]
    [InlineData(CodeSystems.Snomed, "429040005")]
    [InlineData(CodeSystems.Snomed, "389219000")]
    [InlineData(CodeSystems.Snomed, "3191000175106")]
    public void Rejected_codes_appear_nowhere_even_with_unverified_ones_on(string system, string code) =>
        Assert.All(AllSets(Profiles.WithUnverified.Codes), set => Assert.Null(set.Find(system, code)));

    [Fact]
    public void Codes_rejected_for_one_meaning_never_carry_it()
    {
        var codes = Profiles.WithUnverified.Codes;
        Assert.Null(codes.Inhibitors.Find(CodeSystems.RxNorm, "1599538"));
        Assert.DoesNotContain(codes.Observations.CodesOf("karnofsky"), entry => entry.Code == "89262-0");
        Assert.DoesNotContain(codes.Cancers.CodesOf("hcc"), entry => entry.Code == "25370001");
        Assert.DoesNotContain(codes.Observations.CodesOf("child-pugh-score"), entry => entry.Code == "98153-0");
    }

    [Theory]
    [InlineData(CodeSystems.RxNorm, "2619313")]
    [InlineData(CodeSystems.Hcpcs, "J9272")]
    [InlineData(CodeSystems.Hcpcs, "J9329")]
    [InlineData(CodeSystems.Snomed, "704191007")]
    public void Unverified_codes_are_carried_and_off_by_default(string system, string code)
    {
        Assert.Null(Codes.Inhibitors.Find(system, code));
        Assert.NotNull(Profiles.WithUnverified.Codes.Inhibitors.Find(system, code));
    }

    [Fact]
    public void Thirty_three_codes_wait_to_be_verified() =>
        Assert.Equal(33, AllSets(Profiles.WithUnverified.Codes).Sum(Count) - AllSets(Codes).Sum(Count));

    [Fact]
    [Trait("Req", "FS-02")]
    public void A_coding_without_a_system_never_matches()
    {
        var concept = new ChartConcept([new ChartCoding(null, "1597876", "nivolumab")], null);
        Assert.Null(Codes.Inhibitors.Find(concept));
        Assert.Null(Codes.Inhibitors.Find("http://somewhere.else", "1597876"));
    }

    [Fact]
    public void Everything_but_snomed_works_when_the_snomed_files_are_removed()
    {
        var bare = Profiles.LoadFrom(KnowledgeFiles.Shipped().Where(file => !file.Name.EndsWith("-snomed.json", StringComparison.Ordinal))).Codes;

        Assert.All(AllSets(bare), set => Assert.DoesNotContain(Entries(set), entry => entry.System == CodeSystems.Snomed));
        foreach (var (full, left) in AllSets(Codes).Zip(AllSets(bare)))
        {
            var others = Entries(full).Where(entry => entry.System != CodeSystems.Snomed).ToArray();
            Assert.NotEmpty(others);
            Assert.All(others, entry => Assert.Equal(entry, left.Find(entry.System, entry.Code)));
        }
    }

    [Fact]
    public void Snomed_codes_stand_only_in_files_of_their_own() =>
        Assert.All(
            KnowledgeFiles.Shipped().Where(file => file.Name.StartsWith("valuesets/", StringComparison.Ordinal)),
            file => Assert.Equal(
                file.Name.EndsWith("-snomed.json", StringComparison.Ordinal),
                Profiles.TextOf(file.Name).Contains($"\"system\": \"{CodeSystems.Snomed}\"", StringComparison.Ordinal)));

    [Fact]
    public void Billing_codes_can_be_told_from_the_others_by_their_system() =>
        Assert.All(
            Entries(Codes.Inhibitors).Concat(Entries(Codes.Partners)),
            entry => Assert.Equal(entry.Code.Length == 5 && entry.Code[0] is 'J' or 'Q', entry.System == CodeSystems.Hcpcs));

    private static CodeSet[] AllSets(CodeSets codes) =>
    [
        codes.Observations, codes.Answers, codes.Cancers, codes.Metastases, codes.Liver,
        codes.Severities, codes.Inhibitors, codes.Partners, codes.Anticoagulants,
        codes.Confounders, codes.Genes, codes.Antineoplastics,
    ];

    private static IEnumerable<CodeEntry> Entries(CodeSet set) => set.Groups.SelectMany(set.CodesOf);

    private static int Count(CodeSet set) => Entries(set).Count();
}
