using System.Globalization;
using System.Text.Json;
using HpdCds.Budget;
using HpdCds.Knowledge;

namespace HpdCds.Verbs;

/// <summary>
/// <c>simulate [--patients N] [--seed S] [--model ID] [--write]</c>: how often the shipped models would speak. With
/// <c>--write</c>, from the root of the repository, the table of the model card is replaced.
/// </summary>
internal static class SimulateVerb
{
    private static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" };

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        var knowledge = KnowledgeLoader.Load();
        var (patients, seed, model, write) = (knowledge.Simulation.Patients, knowledge.Simulation.Seed, (string?)null, false);
        for (var at = 0; at < args.Length; at++)
        {
            var value = at + 1 < args.Length ? args[at + 1] : "";
            var isUnderstood = args[at] switch
            {
                "--patients" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out patients) && patients > 0,
                "--seed" => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed),
                "--model" => knowledge.Simulation.Cohorts.Any(cohort => cohort.Model == (model = value)),
                "--write" => write = true,
                _ => false,
            };
            if (!isUnderstood)
                return Misused(errors, args[at], knowledge);
            at += args[at] == "--write" ? 0 : 1;
        }

        var budgets = knowledge.Simulation.Cohorts.Where(cohort => model is null || cohort.Model == model)
            .Select(cohort => AlertBudget.Of(knowledge, cohort.Model, patients, seed)).ToArray();
        foreach (var budget in budgets)
            output.WriteLine(new BudgetReport(budget, knowledge).Text());
        return write ? Write(budgets, errors) : 0;
    }

    private static int Write(IEnumerable<AlertBudget> budgets, TextWriter errors)
    {
        if (!Directory.Exists("fhir-profiles"))
        {
            errors.WriteLine("--write: there is no folder fhir-profiles here; run it from the root of the repository.");
            return 2;
        }

        Directory.CreateDirectory(Path.Combine("fhir-profiles", "simulated"));
        foreach (var budget in budgets)
            File.WriteAllText(Path.Combine("fhir-profiles", "simulated", $"{budget.Model}.json"), JsonSerializer.Serialize(budget, Written) + "\n");
        return 0;
    }

    private static int Misused(TextWriter errors, string argument, KnowledgeBase knowledge)
    {
        errors.WriteLine($"{argument}: not understood.");
        errors.WriteLine($"simulate [--patients N] [--seed S] [--model {string.Join('|', knowledge.Simulation.Cohorts.Select(cohort => cohort.Model))}] [--write]");
        return 2;
    }
}
