namespace HpdCds.Chart;

/// <summary>Procedure resources into our records; a procedure counts from its end.</summary>
public static class ProcedureReader
{
    /// <returns>Nothing when the resource cannot be read, or does not say what was done.</returns>
    public static ChartProcedure? Read(ReadOnlyMemory<byte> bytes, string reference, ChartKey source, TimeZoneInfo zone)
    {
        using var document = FhirReading.OpenRecord(bytes, "Procedure");
        if (document?.RootElement is not { } procedure || procedure.Concept("code") is not { SaysAnything: true } code)
            return null;
        var performed = procedure.Choice("performed"u8) switch
        {
            { Type: "DateTime" } moment => moment.Json.AsText(),
            { Type: "Period" } period => period.Json.Text("end") ?? period.Json.Text("start"),
            _ => null,
        };
        var time = ChartTimes.Parse(performed, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
        return new ChartProcedure(reference, source, procedure.Text("status"), code, time);
    }
}
