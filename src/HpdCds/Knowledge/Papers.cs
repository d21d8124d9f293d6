using System.Collections.Immutable;
using HpdCds.Budget;

namespace HpdCds.Knowledge;

/// <summary>What no answer needs and every reader may ask for: how often the models speak, what they are, what may go wrong.</summary>
internal sealed record Papers(Simulation? Simulation, ImmutableDictionary<string, AlertBudget> Budgets, AboutTexts? About, HazardLog? Hazards)
{
    private const string CohortFile = "simulation.json";
    private const string HazardFile = "safety/hazards.json";
    private const string AboutFolder = "about/en";
    private const string ServiceFile = $"{AboutFolder}/service.json";

    public static Papers Read(KnowledgeFiles files, KnowledgeErrors errors)
    {
        var service = KnowledgeLoader.Read<AboutService>(files, ServiceFile, errors);
        var texts = files.Under($"{AboutFolder}/")
            .Where(found => !found.File.Name.EndsWith(ServiceFile, StringComparison.Ordinal))
            .ToImmutableDictionary(found => Path.GetFileNameWithoutExtension(found.File.Name), found => KnowledgeLoader.Read<AboutModel>(found, found.File.Name, errors), StringComparer.Ordinal);
        return new(
            KnowledgeLoader.Read<Simulation>(files, CohortFile, errors),
            files.Under("simulated/").Select(found => KnowledgeLoader.Read<AlertBudget>(found, found.File.Name, errors)).OfType<AlertBudget>()
                .ToImmutableDictionary(budget => budget.Model, StringComparer.Ordinal),
            service is null ? null : new AboutTexts(service, texts.Where(text => text.Value is not null).ToImmutableDictionary(text => text.Key, text => text.Value!, StringComparer.Ordinal)),
            KnowledgeLoader.Read<HazardLog>(files, HazardFile, errors));
    }

    public void Check(KnowledgeFiles files, ImmutableArray<ModelTable> models, GrowthTable? growth, FactRules rules, UnitTable units, CitationUse citations, KnowledgeErrors errors)
    {
        Simulation?.Check(models, citations, what => errors.Add(files.NameOf(CohortFile), what));
        About?.Check(models, growth?.Criteria.Id, rules, units, citations, (file, what) => errors.Add(files.NameOf($"{AboutFolder}/{file}.json"), what));
        Hazards?.Check(what => errors.Add(files.NameOf(HazardFile), what));
        // Whoever changed a table need not change the literature too.
        if (!files.Under("models/").Any(found => found.File.IsOverlay))
            citations.RefuseUnused();
    }
}
