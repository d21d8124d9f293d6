namespace HpdCds.Knowledge;

/// <summary>The codes, drugs and units in force, and the hash of the files that they come from.</summary>
public sealed record KnowledgeBase(KnowledgeFiles Files, CodeSets Codes, DrugTable Drugs, UnitTable Units)
{
    /// <exception cref="KnowledgeException">Something is wrong with the files; every fault is named.</exception>
    public static KnowledgeBase Load(string? overlayFolder, bool useUnverified)
    {
        var errors = new KnowledgeErrors();
        return From(KnowledgeFiles.Load(overlayFolder, useUnverified, errors), errors);
    }

    public static KnowledgeBase From(KnowledgeFiles files, KnowledgeErrors errors)
    {
        var codes = CodeSetsLoader.Load(files, errors);
        var drugs = DrugTable.Load(files, errors);
        var units = UnitTable.Load(files, errors);
        foreach (var unknown in UnknownAgents(codes.Inhibitors, drugs).Concat(UnknownAgents(codes.Partners, drugs)))
            errors.Add(DrugTable.FileName, $"does not know {unknown}, which a value set names as a group");

        errors.ThrowIfAny();
        return new KnowledgeBase(files, codes, drugs, units);
    }

    private static IEnumerable<string> UnknownAgents(CodeSet codes, DrugTable drugs) =>
        codes.Groups.SelectMany(group => group.Split('+')).Distinct(StringComparer.Ordinal).Where(inn => drugs.Find(inn) is null);
}
