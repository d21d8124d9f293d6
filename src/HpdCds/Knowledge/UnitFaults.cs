using System.Collections.Immutable;

namespace HpdCds.Knowledge;

/// <summary>What may not stand in a unit file: factors that are not positive, units and spellings that contradict.</summary>
internal static class UnitFaults
{
    public static IEnumerable<string> Of(UnitFile file)
    {
        var units = file.Units.ToHashSet(StringComparer.Ordinal);
        return OfSpellings("the common spellings", file.Spellings, units)
            .Concat(file.Analytes.SelectMany(pair => OfAnalyte(pair.Key, pair.Value, units)));
    }

    private static IEnumerable<string> OfAnalyte(string name, UnitsOfAnalyte analyte, HashSet<string> units)
    {
        var factors = analyte.Factors.Select(pair => (Unit: pair.Key, Factor: pair.Value))
            .Concat(analyte.Uncertain.SelectMany(pair => new[] { (Unit: pair.Key, pair.Value.Factor), (Unit: pair.Key, Factor: pair.Value.Alternative) }))
            .ToArray();
        foreach (var (unit, factor) in factors.Where(pair => pair.Factor <= 0))
            yield return $"{name}: the factor {factor} of {unit} is not above 0";
        foreach (var unit in factors.Select(pair => pair.Unit).Distinct(StringComparer.Ordinal).Where(unit => !units.Contains(unit)))
            yield return $"{name}: {unit} is not among the units";
        if (!analyte.Factors.TryGetValue(analyte.Canonical, out var one) || one != 1)
            yield return $"{name}: the canonical unit {analyte.Canonical} needs the factor 1";
        foreach (var unit in analyte.Uncertain.Keys.Where(analyte.Factors.ContainsKey))
            yield return $"{name}: {unit} is both exact and uncertain";
        foreach (var unit in (analyte.Unconverted ?? []).Where(unit => !units.Contains(unit)))
            yield return $"{name}: {unit} is not among the units";
        foreach (var unit in (analyte.Unconverted ?? []).Where(unit => analyte.Factors.ContainsKey(unit) || analyte.Uncertain.ContainsKey(unit)))
            yield return $"{name}: {unit} has a factor and none";
        foreach (var fault in OfSpellings(name, analyte.Spellings, units))
            yield return fault;
    }

    private static IEnumerable<string> OfSpellings(string where, Dictionary<string, ImmutableArray<string>> spellings, HashSet<string> units)
    {
        foreach (var unit in spellings.Keys.Where(unit => !units.Contains(unit)))
            yield return $"{where}: {unit} is not among the units";
        foreach (var twice in spellings.Values.SelectMany(texts => texts).GroupBy(text => text, StringComparer.Ordinal).Where(group => group.Skip(1).Any()))
            yield return $"{where}: '{twice.Key}' is spelled twice";
    }
}
