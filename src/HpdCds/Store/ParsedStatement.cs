using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;

namespace HpdCds.Store;

/// <summary>A statement that every connection parses once, for as long as it is open.</summary>
internal sealed class ParsedStatement(string sql, params (string Name, DbType Type)[] values)
{
    private readonly ConditionalWeakTable<DbConnection, DbCommand> _commands = [];

    /// <summary>The command of a connection, whose parameters stand in the order in which they were named.</summary>
    public DbCommand On(DbConnection connection) => _commands.GetValue(connection, Make);

    private DbCommand Make(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, type) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.DbType) = ("@" + name, type);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
