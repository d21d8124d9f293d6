using HpdCds.Knowledge;

namespace HpdCds.Tests.Chart;

/// <summary>A few codes of each kind, enough for the Chart and Hooks tests.</summary>
internal static class SmallCodeSets
{
    public const string Site = "https://hpdcds.example/site-codes";

    public static CodeSets Create() => new(
        Observations: new CodeSet(
        [
            Loinc("751-8", "neutrophils-abs"),
            Loinc("731-0", "lymphocytes-abs"),
            Loinc("6690-2", "leukocytes"),
            Loinc("718-7", "hemoglobin"),
            Loinc("2532-0", "ldh"),
            Loinc("1988-5", "crp"),
            Loinc("1751-7", "albumin"),
            Loinc("1975-2", "bilirubin-total-mass"),
            Loinc("6301-6", "inr"),
            Loinc("777-3", "platelets"),
            Loinc("1742-6", "alt"),
            Loinc("1834-1", "afp-mass"),
            Loinc("89247-1", "ecog"),
            new(Site, "pvtt", "Portal vein tumour thrombus", "pvtt", false),
        ]),
        Answers: new([]),
        Cancers: new([new(CodeSystems.Snomed, "109841003", "Hepatocellular carcinoma", "hcc", false)]),
        Metastases: new([]),
        Liver: new([]),
        Severities: new([]),
        Inhibitors: new([new(CodeSystems.RxNorm, "1597876", "nivolumab", "nivolumab", false)]),
        Partners: new([]),
        Anticoagulants: new([]));

    private static CodeEntry Loinc(string code, string group) => new(CodeSystems.Loinc, code, group, group, false);
}
