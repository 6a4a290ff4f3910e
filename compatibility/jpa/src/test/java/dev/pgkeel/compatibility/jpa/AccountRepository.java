package dev.pgkeel.compatibility.jpa;

import org.springframework.data.jpa.repository.JpaRepository;

interface AccountRepository extends JpaRepository<Account, Long> {

	Account findByOwner(String owner);

}
