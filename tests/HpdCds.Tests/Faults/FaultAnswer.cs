using System.Globalization;
using System.Text.Json.Nodes;

namespace HpdCds.Tests.Faults;

/// <summary>What came of one cell of the matrix, and what of it is not as it should be.</summary>
internal sealed record FaultAnswer(int Status, JsonNode? Answer, int Calls)
{
    private JsonNode? Assessment => Answer?["extension"]?["org.hpdcds.assessment"];

    private int Cards => Answer?["cards"]?.AsArray().Count ?? 0;

    private IEnumerable<(string Id, string Reason)> Unknown => (Assessment?["factors"]?.AsArray() ?? [])
        .Where(factor => (string?)factor!["state"] == "unknown")
        .Select(factor => ((string)factor!["id"]!, (string)factor["reason"]!));

    public override string ToString()
    {
        var band = Assessment?["band"] is { } found ? $"{found["low"]}..{found["high"]}" : "no band";
        return string.Create(CultureInfo.InvariantCulture,
            $"{Status} cards {Cards} calls {Calls,2} {Assessment?["reason"]} exposure {Assessment?["exposure"]} {band} {string.Join(' ', Unknown.Select(factor => $"{factor.Id}={factor.Reason}"))}");
    }

    public IEnumerable<string> FaultsFor(FaultCell cell)
    {
        if (Status != 200)
            yield return $"status {Status}";
        if (Calls != cell.Calls)
            yield return $"{Calls} calls, not {cell.Calls}";
        var reasons = Unknown.ToDictionary(factor => factor.Id, factor => factor.Reason, StringComparer.Ordinal);
        foreach (var fact in cell.Part.Facts.Where(_ => cell.Reason is not null))
        {
            if (reasons.GetValueOrDefault(fact) != cell.Reason)
                yield return $"{fact} says {reasons.GetValueOrDefault(fact) ?? "something"}, not {cell.Reason}";
        }

        foreach (var fault in Told(cell))
            yield return fault;
    }

    // Without problems there is no tumour, without results no band: both are said on a card. Neither the patient nor what is
    // not scored or cannot lift the band out of the lowest can change that nothing stands out.
    private IEnumerable<string> Told(FaultCell cell)
    {
        var isOpen = cell.Part.Name is "problems" or "labs";
        if (Cards != (isOpen ? 1 : 0))
            yield return $"{Cards} cards";
        if (cell.Part.Name == "problems" && (string?)Assessment?["reason"] != (cell.Reason ?? "not-recorded"))
            yield return $"the tumour is unknown for {Assessment?["reason"]}";
        if (cell.Part.Name is "medications" or FaultCell.Medication && (string?)Assessment?["exposure"] != (cell.Reason is null ? "none" : "unknown"))
            yield return $"exposure {Assessment?["exposure"]}";
        if (isOpen != (Assessment?["band"] is null))
            yield return "the band";
        if (!isOpen && ((string?)Assessment?["band"]?["low"], (string?)Assessment?["band"]?["high"]) != ("baseline", "baseline"))
            yield return "the band is not the lowest";
    }
}
