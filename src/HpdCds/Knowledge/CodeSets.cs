namespace HpdCds.Knowledge;

/// <summary>Every set of codes that the service reads with, one for each place in which a code is met.</summary>
/// <param name="Observations">Observation.code (and component codes): laboratory tests, scores, markers, site codes. Groups as in terminology: <c>neutrophils-abs</c>, <c>ldh</c>, <c>afp-mass</c>, <c>ecog</c>, <c>pvtt</c>, <c>nlr</c>, <c>child-pugh-score</c>...</param>
/// <param name="Answers">Coded values: <c>present</c>, <c>absent</c>, ECOG grades (<c>ecog-0</c>...).</param>
/// <param name="Cancers">Condition.code of primary cancers: <c>hcc</c>, <c>nsclc</c>, <c>haematological</c>...</param>
/// <param name="Metastases">Condition.code of secondary cancers, by organ: <c>lung</c>, <c>lymph-node</c>, <c>any</c>...</param>
/// <param name="Liver">Condition.code of liver findings: <c>ascites</c>, <c>encephalopathy</c>, <c>portal-vein-thrombosis</c>, <c>pvtt</c>...</param>
/// <param name="Severities">Condition.severity: <c>mild</c>, <c>moderate</c>, <c>severe</c>.</param>
/// <param name="Inhibitors">Checkpoint inhibitors; the group is the INN, for combinations the INNs joined by <c>+</c>.</param>
/// <param name="Partners">Anti-VEGF antibodies and kinase inhibitors; the group is the INN.</param>
/// <param name="Anticoagulants">Drugs that make INR useless; the group is the INN or class.</param>
public sealed record CodeSets(
    CodeSet Observations,
    CodeSet Answers,
    CodeSet Cancers,
    CodeSet Metastases,
    CodeSet Liver,
    CodeSet Severities,
    CodeSet Inhibitors,
    CodeSet Partners,
    CodeSet Anticoagulants)
{
    /// <summary>What explains an inflammation marker apart from the tumour, by drug, condition, procedure or specimen: <c>corticosteroid</c>, <c>g-csf</c>, <c>infection</c>, <c>tace</c>, <c>haemolysis</c>.</summary>
    public CodeSet Confounders { get; init; } = CodeSet.None;

    /// <summary>Genes by HGNC id; the group is the symbol in lower case.</summary>
    public CodeSet Genes { get; init; } = CodeSet.None;

    /// <summary>Systemic cancer drugs of any kind: <c>antineoplastic</c>.</summary>
    public CodeSet Antineoplastics { get; init; } = CodeSet.None;

    /// <summary>What a treatment is meant for: <c>adjuvant</c>, <c>neoadjuvant</c>.</summary>
    public CodeSet Intents { get; init; } = CodeSet.None;

    /// <summary>Orders and appointments for imaging: <c>imaging</c>.</summary>
    public CodeSet Imaging { get; init; } = CodeSet.None;

    /// <summary>Body sites by organ: <c>liver</c>, <c>lung</c>, <c>bone</c>...</summary>
    public CodeSet Organs { get; init; } = CodeSet.None;

    /// <summary>The code systems that occur in any of the sets, under their canonical names.</summary>
    public IEnumerable<string> Systems => ((CodeSet[])
        [Observations, Answers, Cancers, Metastases, Liver, Severities, Inhibitors, Partners, Anticoagulants, Confounders, Genes, Antineoplastics, Intents, Imaging, Organs])
        .SelectMany(set => set.Systems).Distinct(StringComparer.Ordinal);
}
