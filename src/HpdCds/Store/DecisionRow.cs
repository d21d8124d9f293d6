using System.Data;
using System.Data.Common;

namespace HpdCds.Store;

/// <summary>How a decision stands in its table.</summary>
internal static class DecisionRow
{
    private static readonly (string Column, DbType Type, Func<Decision, object?> Value)[] Columns =
    [
        Text("id", row => row.Id),
        Number("at", row => row.At),
        Text("card", row => row.Card),
        Text("ehr", row => row.Ehr),
        Text("issuer", row => row.Issuer),
        Text("tenant", row => row.Tenant),
        Text("service", row => row.Service),
        Text("hook", row => row.Hook),
        Text("mode", row => row.Mode),
        Text("outcome", row => row.Outcome),
        Text("shown", row => row.Shown),
        Text("recognition", row => row.Recognition),
        Text("agents", row => row.Agents),
        Text("regimen", row => row.Regimen),
        Text("exposure", row => row.Exposure),
        Text("tumour", row => row.Tumour),
        Text("version", row => row.Version),
        Text("knowledge", row => row.Knowledge),
        Text("model", row => row.Model),
        Text("model_version", row => row.ModelVersion),
        Text("band_low", row => row.BandLow),
        Text("band_high", row => row.BandHigh),
        Number("points_low", row => row.PointsLow),
        Number("points_high", row => row.PointsHigh),
        Text("settles", row => row.Settles),
        Text("reason", row => row.Reason),
        Text("factors", row => row.Factors),
        Text("sources", row => row.Sources),
        Text("repeat_key", row => row.RepeatKey),
        Text("outcome_link", row => row.OutcomeLink),
        Number("milliseconds", row => row.Milliseconds),
        Text("inputs", row => row.Inputs),
        Number("chart_milliseconds", row => row.ChartMilliseconds),
        Number("assessment_milliseconds", row => row.AssessmentMilliseconds),
        Text("context", row => row.Context),
        Text("subject", row => row.Subject),
        Text("growth", row => row.Growth),
    ];

    private static readonly ParsedStatement Insert = new(
        $"INSERT INTO decisions ({Named("")}) VALUES ({Named("@")}) ON CONFLICT DO NOTHING",
        [.. Columns.Select(column => (column.Column, column.Type))]);

    public static Task<int> WriteAsync(DbConnection connection, DbTransaction transaction, Decision decision)
    {
        var insert = Insert.On(connection);
        insert.Transaction = transaction;
        for (var at = 0; at < Columns.Length; at++)
            insert.Parameters[at].Value = Columns[at].Value(decision) ?? DBNull.Value;
        return insert.ExecuteNonQueryAsync();
    }

    private static string Named(string prefix) => string.Join(", ", Columns.Select(column => prefix + column.Column));

    private static (string, DbType, Func<Decision, object?>) Text(string column, Func<Decision, string?> value) => (column, DbType.String, value);

    private static (string, DbType, Func<Decision, object?>) Number(string column, Func<Decision, long?> value) => (column, DbType.Int64, row => value(row));
}
