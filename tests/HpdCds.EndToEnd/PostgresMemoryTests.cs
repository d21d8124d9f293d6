using System.Data.Common;
using HpdCds.Tests.Store;
using Npgsql;

namespace HpdCds.EndToEnd;

public sealed class PostgresMemoryTests(Postgres postgres) : MemoryTests, IClassFixture<Postgres>
{
    protected override Task<string> ConnectionAsync() => postgres.CreateAsync();

    protected override DbConnection Open(string connection) => new NpgsqlConnection($"{connection};Pooling=false");

    protected override Task TakeAwayAsync(string connection) => postgres.StopAsync();

    protected override Task RefuseAsync(string connection, string card) => ExecuteAsync(connection, $"ALTER TABLE feedback ADD CONSTRAINT refuse CHECK (card <> '{card}')");

    protected override Task DropAsync(string connection) => ExecuteAsync(connection, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");

    protected override Task BringBackAsync(string connection) => postgres.StartAsync();
}
