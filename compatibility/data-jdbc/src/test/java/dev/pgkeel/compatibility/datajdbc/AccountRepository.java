package dev.pgkeel.compatibility.datajdbc;

import java.util.stream.Stream;

import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.CrudRepository;

interface AccountRepository extends CrudRepository<Account, Long> {

	Account findByOwner(String owner);

	@Query("select count(*) from pg_sleep(30)")
	long sleep();

	@Query("select n from generate_series(1, 2000) n")
	Stream<Integer> numbers();

}
